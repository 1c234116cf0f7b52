using Gateway.Host.Generate;
using Host.Tests.Configuration;

namespace Host.Tests.Generate;

/// <summary>What <c>gateway generate</c> prints follows the peer's record: a real server is started with it in Appliance.Tests.</summary>
public sealed class FarSettingsTests : IDisposable
{
    private readonly Sample sample = new();

    public void Dispose() => sample.Dispose();

    [Theory, Item("PSB-032"), Item("RN-081")]
    [InlineData("", "required", "false")]
    [InlineData(", \"external\": \"required\"", "required", "false")]
    [InlineData(", \"dialback\": true", "required", "true")]
    [InlineData(", \"dialback\": true, \"tls\": \"optional\"", "optional", "true")]
    [InlineData(", \"dialback\": true, \"tls\": \"forbidden\"", "disabled", "true")]
    public void Openfire_gets_the_properties_that_its_record_demands(string more, string tls, string dialback)
    {
        var lines = FarSettings.Write("openfire", With(more)).Split('\n');

        Assert.Contains("xmpp.domain=jabber.example", lines);
        Assert.Contains("xmpp.server.tls.policy=" + tls, lines);
        Assert.Contains("xmpp.server.dialback.enabled=" + dialback, lines);
        Assert.Contains("xmpp.server.certificate.verify=true", lines);
        Assert.Contains("xmpp.server.certificate.accept-selfsigned=false", lines);
        Assert.Contains("xmpp.server.socket.port=5269", lines);
        Assert.Contains("xmpp.server.session.idle=1800000", lines);
        Assert.Equal(tls != "disabled", lines.Contains("xmpp.server.cert.policy=wanted"));
    }

    [Fact, Item("RN-081")]
    public void Prosody_demands_our_certificate_unless_the_link_is_in_clear()
    {
        var strict = FarSettings.Write("prosody", With(""));
        Assert.Contains("s2s_require_encryption = true\n", strict, StringComparison.Ordinal);
        Assert.Contains("s2s_secure_domains = { \"contoso.example\" }\n", strict, StringComparison.Ordinal);
        Assert.DoesNotContain("dialback\"", strict, StringComparison.Ordinal);

        var clear = FarSettings.Write("prosody", With(", \"dialback\": true, \"tls\": \"forbidden\""));
        Assert.Contains("s2s_require_encryption = false\n", clear, StringComparison.Ordinal);
        Assert.Contains("\"dialback\"", clear, StringComparison.Ordinal);
        Assert.DoesNotContain("_xmpps-server", clear, StringComparison.Ordinal);
    }

    [Fact]
    public void Ejabberd_is_told_to_use_TLS()
    {
        Assert.Contains("\ns2s_use_starttls: required\n", FarSettings.Write("ejabberd", With("")), StringComparison.Ordinal);
        Assert.Contains("\ns2s_use_starttls: optional\n", FarSettings.Write("ejabberd", With(", \"dialback\": true, \"tls\": \"forbidden\"")), StringComparison.Ordinal);
    }

    [Theory, Item("PSB-032")]
    [InlineData("openfire", "#")]
    [InlineData("prosody", "--")]
    [InlineData("ejabberd", "#")]
    public void Every_domain_of_ours_has_its_SRV_records_for_both_ways_to_begin_TLS(string product, string mark)
    {
        var listeners = "\"xmpp\": [{ \"address\": \"127.0.0.1:5269\" }, { \"address\": \"127.0.0.1:5270\", \"directTls\": true }]";
        var reading = sample.Read(Sample.Good.Replace("\"xmpp\": [{ \"address\": \"127.0.0.1:5269\" }]", listeners, StringComparison.Ordinal)
            .Replace("[\"contoso.example\"]", "[\"contoso.example\", \"fabrikam.example\"]", StringComparison.Ordinal));
        Assert.Empty(reading.Faults);

        var lines = FarSettings.Write(product, Partnership.Of(reading.Model!, reading.Model!.Federation.Peers.Single(p => p.Name == "jabber"))).Split('\n');

        foreach (var domain in (string[])["contoso.example", "fabrikam.example"])
        {
            Assert.Contains($"{mark}   _xmpp-server._tcp.{domain}. 3600 IN SRV 0 5 5269 gw.jabber.example.", lines);
            Assert.Contains($"{mark}   _xmpps-server._tcp.{domain}. 3600 IN SRV 0 5 5270 gw.jabber.example.", lines);
        }
    }

    private Partnership With(string more)
    {
        var reading = sample.ReadWith("\"fromDomains\": [\"jabber.example\"]", "\"fromDomains\": [\"jabber.example\"]" + more);
        Assert.Empty(reading.Faults);
        return Partnership.Of(reading.Model!, reading.Model!.Federation.Peers.Single(p => p.Name == "jabber"));
    }
}
