using System.Globalization;
using Lab;
using Lab.Processes;
using Lab.Trust;

namespace Appliance.Tests.Interop;

/// <summary>What an administrator is told when a partner cannot be reached or may not take part: the stage, the name or address, and the reason, in log, metric and <c>status</c>.</summary>
public sealed class DiagnosisTests(HostileStage fixture) : IClassFixture<HostileStage>
{
    private Stage Stage => fixture.Stage;

    [Theory, Item("PSB-D-04"), Item("PSB-D-05")]
    [InlineData(HostileStage.Nameless, "xmpp.RemoteServerNotFound", "DnsNotFound: '" + HostileStage.Nameless + "'")]
    [InlineData("down.example", "xmpp.ConnectFailed", "127.0.0.1:")]
    public async Task Domain_that_cannot_be_reached_is_told_with_the_stage_that_failed(string domain, string reason, string words)
    {
        var refusal = await Refusal.ExpectAsync(Stage, reason);
        var sent = await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("to", "juliet@" + domain), ("text", "anybody there?"));
        var result = await Stage.Edge.Events.TakeAsync("the sender is told", e => e.Is("message-result") && e.Has("for", sent.At("id")!), Stage.Soon);
        Assert.InRange(int.Parse(result.At("status")!, CultureInfo.InvariantCulture), 400, 699);
        await refusal.WasToldAsync();
        await Stage.Gateway.LineAsync($"a line about {domain} with {words}", l => l.Contains(domain, StringComparison.Ordinal) && l.Contains(words, StringComparison.Ordinal), Stage.Soon);
    }

    [Fact, Item("PSB-D-15")]
    public async Task Subscription_from_a_domain_that_is_not_federated_is_refused_and_told()
    {
        const string stranger = "stranger.example";
        var refusal = await Refusal.ExpectAsync(Stage, "xmpp.PeerUnknown");
        await fixture.Peer.DomainAsync(stranger, Stage.Authority.Issue("stranger", [stranger], LabCertificateKind.Both));
        await fixture.Peer.DoAsync("stanza", ("from", "eve@" + stranger), ("to", "bo@" + Stage.SipDomain), ("xml", $"<presence type='subscribe' from='eve@{stranger}' to='bo@{Stage.SipDomain}'/>"));
        await fixture.Peer.TakeAsync("stream-error", Stage.Soon, ("ours", stranger), ("condition", "not-authorized"));
        await refusal.WasToldAsync();
        Assert.Equal(0, Stage.Edge.Events.Count(e => e.Is("watcher") && e.At("from") is { } from && from.EndsWith(stranger, StringComparison.Ordinal)));
    }

    [Fact, Item("PSB-D-02")]
    public async Task Sender_of_a_domain_that_is_not_ours_never_leaves()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "federation.FromDomainNotAllowed");
        var asked = await Stage.Edge.DoAsync("request", ("method", "MESSAGE"), ("from", "mallory@montague.example"), ("to", "juliet@" + HostileStage.Hostile), ("contentType", "text/plain"), ("body", "attack: not ours"));
        await Stage.Edge.TakeAsync("request-result", Stage.Soon, ("for", asked.At("id")!), ("status", "403"));
        await refusal.WasToldAsync();
        Assert.Equal(0, fixture.Peer.Events.Count(e => e.Is("message") && e.Has("body", "attack: not ours")));
    }

    [Fact, Item("PSB-032")]
    public async Task Stream_that_Openfire_closes_for_silence_is_opened_again_by_the_next_message()
    {
        await fixture.Peer.DomainAsync(HostileStage.Hostile, null, ("idleSeconds", 5));
        var first = await SendAsync();
        var before = Stage.Gateway.Process.Lines.Length;
        await fixture.Peer.TakeAsync("ended", Stage.Soon, ("to", HostileStage.Hostile), ("why", "idle"), ("stream", first));
        await Stage.Gateway.LineAsync("the stream ended in order", l => l.Contains("to " + HostileStage.Hostile, StringComparison.Ordinal) && l.Contains("ended: xmpp.PeerClosed", StringComparison.Ordinal), Stage.Soon, before);
        Assert.NotEqual(first, await SendAsync());

        async Task<string> SendAsync()
        {
            var text = Stage.NewName("line");
            await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("to", "juliet@" + HostileStage.Hostile), ("text", text));
            return (await fixture.Peer.TakeAsync("message", Stage.Soon, ("body", text))).At("stream")!;
        }
    }

    [Fact, Item("PSB-032"), Item("RN-082")]
    public async Task Openfire_that_falls_back_to_clear_is_refused_there_too()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "certificates.WrongName");
        await fixture.Peer.DomainAsync("of." + HostileStage.Hostile, Stage.Authority.Issue("of", ["elsewhere.example"], LabCertificateKind.Both), ("like", "openfire"));
        await fixture.Peer.DoAsync("send", ("from", "otto@of." + HostileStage.Hostile), ("to", "bo@" + Stage.SipDomain), ("body", "attack: in clear"));
        await fixture.Peer.TakeAsync("refused", Stage.Soon, ("ours", "of." + HostileStage.Hostile), ("reason", "dialback-not-authorized"));
        await fixture.Peer.TakeAsync("unsent", Stage.Soon, ("ours", "of." + HostileStage.Hostile));
        var attempts = fixture.Peer.Events.All().Where(e => e.Is("attempt") && e.Has("ours", "of." + HostileStage.Hostile)).Select(e => e.At("clear")).ToList();
        Assert.Equal(["false", "true"], attempts);
        await refusal.WasToldAsync();
        Assert.Equal(0, Stage.Edge.Events.Count(e => e.Is("message") && e.Has("text", "attack: in clear")));
    }
}
