using Certificates;
using Gateway.Host.Configuration;

namespace Host.Tests.Configuration;

/// <summary>A directory with laboratory certificates and a good configuration, to be spoilt by each test in its own way.</summary>
internal sealed class Sample : IDisposable
{
    public const string Good = """
        {
          // a comment is welcome
          "listeners": { "sip": [{ "address": "127.0.0.1:5061" }], "xmpp": [{ "address": "127.0.0.1:5269" }], "http": "127.0.0.1:0", "admin": "admin.sock" },
          "identity": { "fqdn": "gw.jabber.example" },
          "certificates": {
            "own": [{ "name": "gateway", "certificate": "gateway.crt", "key": "gateway.key" }],
            "trust": [{ "name": "default", "files": ["ca.crt"] }]
          },
          "peers": [
            { "name": "contoso", "protocol": "sip", "profile": "lync2013", "tlsSubjects": ["sip.contoso.example"], "fromDomains": ["contoso.example"] },
            { "name": "jabber", "protocol": "xmpp", "fromDomains": ["jabber.example"] },
          ]
        }
        """;

    public Sample()
    {
        Directory.CreateDirectory(Folder);
        var authority = LabAuthority.Create(DateTimeOffset.UtcNow);
        authority.WriteTo(Folder);
        authority.Issue("gw.jabber.example", "jabber.example").WriteTo(Folder, "gateway");
    }

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "gateway-host-" + Guid.NewGuid().ToString("N")[..12]);

    public string File => Path.Combine(Folder, "appliance.json");

    public ConfigurationReading Read(string text)
    {
        System.IO.File.WriteAllText(File, text);
        return ConfigurationFile.Read(File);
    }

    /// <summary>The good configuration with one thing replaced; the replaced text must be there.</summary>
    public ConfigurationReading ReadWith(string found, string replacement)
    {
        Assert.Contains(found, Good, StringComparison.Ordinal);
        return Read(Good.Replace(found, replacement, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
