namespace Host.Tests.Configuration;

/// <summary>What operators write wrongly: each mistake names the setting where it stands and how to mend it.</summary>
public sealed class MistakeTests : IDisposable
{
    private const string Contoso = "\"fromDomains\": [\"contoso.example\"]";
    private const string Jabber = "\"fromDomains\": [\"jabber.example\"]";

    private readonly Sample sample = new();

    public void Dispose() => sample.Dispose();

    [Theory]
    [InlineData("\"fromDomains\": [\"jabber.example\"]", "\"fromDomain\": [\"jabber.example\"]", "$.peers[1].fromDomain", "did you mean fromDomains?")]
    [InlineData(Jabber, "\"fromDomains\": \"jabber.example\"", "$.peers[1].fromDomains", "[ … ]")]
    [InlineData(Jabber, "\"fromDomains\": []", "$.peers[1].fromDomains", "the domains behind it")]
    [InlineData(Jabber, "\"fromDomains\": [\"juliet@jabber.example\"]", "$.peers[1].fromDomains[0]", "name each domain")]
    [InlineData(Jabber, "\"fromDomains\": [\"*.jabber.example\"]", "$.peers[1].fromDomains[0]", "name each domain")]
    [InlineData(Jabber, Contoso, "$.peers[1].fromDomains", "add routes for it with priorities")]
    [InlineData(Jabber, Jabber + ", \"dialback\": \"true\"", "$.peers[1].dialback", "without quotes: true")]
    [InlineData(Jabber, Jabber + ", \"addresses\": [\"xmpp.jabber.example\"]", "$.peers[1].addresses[0]", "xmpp.jabber.example:5269")]
    [InlineData(Jabber, Jabber + ", \"trust\": \"defualt\"", "$.peers[1].trust", "default")]
    [InlineData(Jabber, Jabber + ", \"profile\": \"prosodi\"", "$.peers[1].profile", "openfire, ejabberd, prosody, generic")]
    [InlineData(Jabber, Jabber + ", \"tls\": \"off\"", "$.peers[1].tls", "one of: required, optional, forbidden")]
    [InlineData(Jabber, Jabber + ", \"tls\": \"optional\"", "$.peers[1].tls", "set dialback to true")]
    [InlineData(Jabber, Jabber + ", \"selfSigned\": true", "$.peers[1].selfSigned", "a trust set of its own")]
    [InlineData(Jabber, Jabber + ", \"limits\": { \"queuedItemsMax\": \"many\" }", "$.peers[1].limits.queuedItemsMax", "1 to 1000000")]
    [InlineData(Contoso, Contoso + ", \"dialback\": true", "$.peers[0].dialback", "mutual TLS")]
    [InlineData("\"tlsSubjects\": [\"sip.contoso.example\"], ", "", "$.peers[0].tlsSubjects", "the edge's FQDN")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"jabber\"", "$.peers[1].protocol", "one of: sip, xmpp")]
    [InlineData("\"name\": \"jabber\"", "\"name\": \"contoso\"", "$.peers[1].name", "a name of its own")]
    [InlineData("gw.jabber.example\" }", "192.0.2.7\" }", "$.identity.fqdn", "names that match our certificate")]
    [InlineData("127.0.0.1:5269", "localhost:5269", "$.listeners.xmpp[0].address", "127.0.0.1:5269")]
    [InlineData("127.0.0.1:5269", "127.0.0.1:5061", "$.listeners.xmpp[0].address", "another port")]
    [InlineData("127.0.0.1:0", "0.0.0.0:9090", "$.listeners.http", "proxy with access control")]
    [InlineData("gateway.key", "missing.key", "$.certificates.own[0].key", "missing.key")]
    [InlineData("gateway.key", "ca.key", "$.certificates.own[0].key", "the certificate was requested with")]
    [InlineData("\"ca.crt\"", "\"ca.key\"", "$.certificates.trust[0].files[0]", "PEM")]
    public void A_typical_mistake_names_its_setting_and_how_to_mend_it(string found, string written, string path, string hint)
    {
        var faults = sample.ReadWith(found, written).Faults;
        Assert.Contains(faults, f => f.Path == path && f.ToString().Contains(hint, StringComparison.Ordinal));
        Assert.All(faults, f => Assert.NotEmpty(f.Hint));
    }
}
