using Lab;
using Lab.Raw;

namespace Appliance.Tests;

/// <summary>The same exchange where no certificate proves a domain, so that only dialback does (XEP-0220), and a liar's key.</summary>
public sealed class DialbackTests(DialbackTests.Fixture fixture) : IClassFixture<DialbackTests.Fixture>
{
    public sealed class Fixture() : StageFixture(new StageOptions("lync2013") { UsesDialback = true });

    private Stage Stage => fixture.Stage;

    [Fact]
    public Task Messages_cross_over_dialback_both_ways() => Calls.NobodyNoticesAsync(Stage);

    [Fact]
    public async Task Stanza_before_authentication_is_not_authorized()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "xmpp.NotAuthorized");
        using var server = await RawXmppServer.ConnectAsync(Stage.Parts.File.XmppPort, Stage.XmppDomain, Stage.SipDomain);
        await server.SecureAsync(null);
        await server.Connection.SendAsync($"<message from='juliet@{Stage.XmppDomain}' to='bo@{Stage.SipDomain}'><body>forged</body></message>");
        Assert.Contains("<not-authorized", await server.Connection.ReadToEndAsync(), StringComparison.Ordinal);
        await refusal.WasToldAsync();
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Fact]
    public async Task Wrong_dialback_key_is_found_invalid_by_the_real_server()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "xmpp.DialbackInvalid");
        using var liar = await RawXmppServer.ConnectAsync(Stage.Parts.File.XmppPort, Stage.XmppDomain, Stage.SipDomain);
        await liar.SecureAsync(null);
        await liar.Connection.SendAsync($"<db:result from='{Stage.XmppDomain}' to='{Stage.SipDomain}'>{new string('0', 64)}</db:result>");
        var answer = await liar.Connection.ReadUntilAsync("<db:result");
        answer += await liar.Connection.ReadUntilAsync(">");
        Assert.Matches("type=['\"]invalid['\"]", answer);
        await liar.Connection.SendOrEndAsync($"<message from='juliet@{Stage.XmppDomain}' to='bo@{Stage.SipDomain}'><body>forged</body></message>");
        await liar.Connection.ReadToEndAsync();
        await refusal.WasToldAsync();
        await Calls.NobodyNoticesAsync(Stage);
    }
}
