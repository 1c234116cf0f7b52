using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>What operators see of SIP connections (PS-131), and whom a trace concerns (PSB-077).</summary>
public sealed class SightTests
{
    [Theory]
    [InlineData("FROBNICATE", "sip.MethodUnknown")]
    [InlineData("PUBLISH", "sip.MethodNotAllowed")]
    public async Task What_is_refused_is_told_once_with_its_peer_and_reason(string method, string reason)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        Assert.Equal(405, (await edge.AskAsync(Lines.Request(method, Lines.NewCallId(), 1))).Status);
        Assert.Equal([$"refused edge {reason}"], rig.Reports.Where(r => r.StartsWith("refused", StringComparison.Ordinal)));
    }

    [Fact]
    [Item("PS-131")]
    public async Task A_connection_tells_whose_it_is_since_when_and_how_much_crossed_each_way()
    {
        await using var rig = await Rig.StartAsync();
        var before = DateTimeOffset.UtcNow;
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Accepted(invite));
        await edge.RequestAsync("ACK");
        var message = await edge.RequestAsync("MESSAGE");

        var link = Assert.Single(rig.View.Links);
        var connection = Assert.Single(link.Connections);
        Assert.Equal(("edge", "in", "dns:sip.contoso.example"), (link.Peer, connection.Direction, connection.ProvedAs));
        Assert.Equal(["contoso.example"], connection.Domains);
        Assert.StartsWith("Tls1", connection.Tls, StringComparison.Ordinal);
        Assert.StartsWith("TLS_", connection.Cipher, StringComparison.Ordinal);
        Assert.InRange(connection.Since, before, DateTimeOffset.UtcNow);

        // In: OPTIONS, 200 to the INVITE. Out: 200 to OPTIONS, INVITE, ACK, MESSAGE, which is unanswered.
        Assert.Equal((2, 4, 1), (connection.MessagesIn, connection.MessagesOut, connection.Unanswered));
        Assert.Equal(rig.Time.GetUtcNow(), connection.LastMessageAt);
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
        await Rig.UntilAsync(() => Assert.Single(Assert.Single(rig.View.Links).Connections) is { MessagesIn: 3, Unanswered: 0 }, "the answer to be counted");
    }
}
