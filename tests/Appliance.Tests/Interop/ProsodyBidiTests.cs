using Lab;

namespace Appliance.Tests.Interop;

/// <summary>Stanzas in both directions of one stream (XEP-0288) with a real Prosody and its mod_s2s_bidi, whoever opened it.</summary>
public sealed class ProsodyBidiTests(ProsodyBidiTests.Fixture fixture) : IClassFixture<ProsodyBidiTests.Fixture>
{
    private const string To = "XMPP stream to " + Stage.XmppDomain;
    private const string From = "XMPP stream from " + Stage.XmppDomain;

    private Stage Stage => fixture.Stage;

    [Theory, InlineData(true), InlineData(false)]
    [Clause("XEP-0288", "2.1"), Clause("XEP-0288", "2.2")]
    public async Task One_stream_carries_the_talk_both_ways(bool isOurs)
    {
        // No stream of an earlier test is left.
        await Stage.Prosody.RestartAsync();
        await StreamStatus.UntilAsync(Stage.Gateway, "no stream stands", s => !s.Any(x => x.Proof.Contains(Stage.XmppDomain, StringComparison.Ordinal)));
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        var lines = Stage.Gateway.Process.Lines;
        var (to, from) = (lines.Count(l => l.Contains(To, StringComparison.Ordinal)), lines.Count(l => l.Contains(From, StringComparison.Ordinal)));

        if (isOurs) await BoSpeaksAsync();
        await juliet.DoAsync("message", ("to", bo), ("body", "by the stream that stands"));
        await Stage.Edge.TakeAsync("message", Stage.Soon, ("to", bo), ("text", "by the stream that stands"));
        if (!isOurs) await BoSpeaksAsync();

        await StreamStatus.UntilAsync(Stage.Gateway, "the stream is for both ways",
            s => s.Where(x => x.Proof.Contains(Stage.XmppDomain, StringComparison.Ordinal)).ToList() is [{ } one] && one.Direction == (isOurs ? "out" : "in") && one.Features.Contains("0288"));
        Assert.Equal(isOurs, lines.Count(l => l.Contains(To, StringComparison.Ordinal)) > to);
        Assert.Equal(!isOurs, lines.Count(l => l.Contains(From, StringComparison.Ordinal)) > from);

        async Task BoSpeaksAsync()
        {
            await Stage.Edge.DoAsync("message", ("from", bo), ("to", juliet.Address), ("text", "hello"));
            await juliet.TakeAsync("message", Stage.Soon, ("body", "hello"));
        }
    }

    public sealed class Fixture() : StageFixture(new StageOptions("lync2013")
    {
        ProsodyModules = ["s2s_bidi"], Adjust = a => a["peers"]!.AsArray().Single(p => (string?)p!["name"] == "jabber")!["bidirectional"] = true,
    });
}
