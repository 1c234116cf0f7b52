using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>The language of a message: xml:lang of the stanza is Content-Language of the request (RFC 7572 §8), where it can be one.</summary>
public sealed class ConversationLanguageTests
{
    [Theory, Clause("RFC 7572", "8")]
    [InlineData("cs", "cs")]
    [InlineData("de-CH-1996", "de-CH-1996")]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("cs\r\nEvil: yes", "")]
    [InlineData("a-language-tag-that-is-longer-than-any-there-is", "")]
    public async Task The_language_of_a_message_goes_along(string? language, string expected)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("Nic z obého", language: language);
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Accepted(invite));
        await edge.RequestAsync("ACK");
        var message = await edge.RequestAsync("MESSAGE");

        Assert.Equal(expected.Length == 0 ? [] : [expected], message.All("Content-Language"));
        Assert.Empty(message.All("Evil"));
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
    }
}
