using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>A message that was held on its way tells when it was first sent: the delay of a stanza (XEP-0203) is the Date of the request (RFC 3261 §20.17).</summary>
public sealed class ConversationDelayTests
{
    [Theory, Clause("XEP-0203", "2"), Clause("RFC 3261", "20.17")]
    [InlineData("2002-09-10T23:08:25+02:00", "Tue, 10 Sep 2002 21:08:25 GMT")]
    [InlineData("9999-01-01T00:00:00Z", null)]
    [InlineData(null, null)]
    public async Task The_time_a_message_was_first_sent_goes_along_unless_it_is_yet_to_come(string? since, string? expected)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("held", delayedSince: since is null ? null : DateTimeOffset.Parse(since, System.Globalization.CultureInfo.InvariantCulture));
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Accepted(invite));
        await edge.RequestAsync("ACK");
        var message = await edge.RequestAsync("MESSAGE");

        Assert.Equal(expected is null ? [] : [expected], message.All("Date"));
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
    }
}
