using Conformance;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>RFC 3261 §11: what OPTIONS is answered. A probe is answered 200 whatever user it names: an edge that heard 404 would take the whole hop for dead (field fact C5).</summary>
public sealed class Rfc3261_Section_11_Options
{
    [Theory]
    [InlineData("sip:gw.jabber.example:5061;transport=tls")]
    [InlineData("sip:jabber.example")]
    [InlineData("sip:nobody@jabber.example")]
    [Clause("RFC 3261", "11.2")]
    [Item("OCS-045")]
    public async Task A_probe_is_answered_200_with_what_is_offered_whatever_it_names(string uri)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Request("OPTIONS", Lines.NewCallId(), 1, uri: uri, to: $"<{uri}>", maxForwards: 0));
        Assert.Equal((200, "<sip:gw.jabber.example:5061;transport=tls>"), (answer.Status, answer["Contact"]));
        Assert.NotEqual("", answer.ToTag);
        foreach (var header in new[] { "Allow", "Accept", "Accept-Encoding", "Accept-Language", "Supported" }) Assert.True(answer.Has(header), header);
    }

    [Fact, Clause("RFC 3261", "11.2"), Clause("RFC 3261", "12.2.2")]
    public async Task In_a_dialog_it_is_answered_200_keeps_its_tags_and_disturbs_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "probed");
        var other = await rig.DialBoundAsync();
        var probed = await other.AskAsync(Lines.InDialog("OPTIONS", "probed", 2, tag));
        Assert.Equal((200, tag), (probed.Status, probed.ToTag));
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("probed", 3, tag, "still here"))).Status);
        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
    }
}
