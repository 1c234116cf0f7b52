using System.Text;
using XmppPeer.Wire;

namespace XmppPeer.Attacks;

/// <summary>Games with the header and the steps before anything is proved (RFC 6120 §4.7, §5.4.3.3, §6).</summary>
public static class HeaderAttacks
{
    public static readonly IReadOnlyDictionary<string, Attack> All = new Dictionary<string, Attack>(StringComparer.Ordinal)
    {
        ["no-xmpp"] = Begins(_ => "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ["client-namespace"] = Begins(g => Header(g).Replace("jabber:server'", "jabber:client'", StringComparison.Ordinal)),
        ["foreign-stream-namespace"] = Begins(g => Header(g).Replace("http://etherx.jabber.org/streams", "urn:nothing", StringComparison.Ordinal)),
        ["old-version"] = Begins(g => Header(g).Replace(" version='1.0'>", " version='0.9'>", StringComparison.Ordinal)),
        ["unknown-to"] = Begins(g => Names.Header(g.Persona.Domain, "nowhere.example")),
        ["from-is-yours"] = new(Manners.Opened, g => TurnAsync(g, g.Target)),
        ["other-encoding"] = Begins(g => Header(g).Replace("<?xml version='1.0'?>", "<?xml version='1.0' encoding='ISO-8859-1'?>", StringComparison.Ordinal)),
        ["second-header"] = new(Manners.Secured, g => g.Stream.SendAsync(Header(g))),
        ["from-changes-after-tls"] = new(Manners.Opened, g => TurnAsync(g, g.Victim)),
        ["data-before-proceed"] = new(Manners.Opened, g => g.Stream.SendAsync(
            "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + g.Message("injected", "juliet@" + g.Victim))),
        ["stanza-before-tls"] = new(Manners.Opened, g => g.Stream.SendAsync(g.Message("early"))),
        ["stanza-before-authentication"] = new(Manners.Secured, g => g.Stream.SendAsync(g.Message("early"))),
        ["authentication-before-tls"] = new(Manners.Opened, g => g.Stream.SendAsync(Auth("EXTERNAL", g.Persona.Domain))),
        ["another-mechanism"] = new(Manners.Secured, g => g.Stream.SendAsync(Auth("PLAIN", g.Persona.Domain) + Names.End)),
        ["another-identity"] = new(Manners.Secured, g => g.Stream.SendAsync(Auth("EXTERNAL", g.Victim) + g.Message("forged", "juliet@" + g.Victim))),
        ["slow-drip"] = new(Manners.Connected, DripAsync),
        ["silence"] = new(Manners.Connected, _ => Task.CompletedTask),
        ["unfinished-handshake"] = new(Manners.Opened, async g =>
        {
            await g.Stream.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
            await g.Stream.ReadAsync(g.Server.Stopping);
            await g.Stream.SendAsync((byte[])[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);
        }),
    };

    private static Attack Begins(Func<Ground, string> text) => new(Manners.Connected, g => g.Stream.SendAsync(text(g)));

    private static string Header(Ground ground) => Names.Header(ground.Persona.Domain, ground.Target);

    private static string Auth(string mechanism, string domain) =>
        $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{mechanism}'>{Convert.ToBase64String(Encoding.UTF8.GetBytes(domain))}</auth>";

    // Somebody else's name on the header that follows TLS.
    private static async Task TurnAsync(Ground ground, string domain)
    {
        await ground.Stream.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await ground.Stream.ReadAsync(ground.Server.Stopping);
        await ground.Stream.SecureAsClientAsync(ground.Target, ground.Persona.Certificate);
        await ground.Stream.SendAsync(Names.Header(domain, ground.Target) + ground.Message("forged", "juliet@" + domain));
    }

    // One byte a fifth of a second: a header would take most of a minute, and each byte looks like life.
    private static async Task DripAsync(Ground ground)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        foreach (var one in Encoding.UTF8.GetBytes(Header(ground)))
        {
            await ground.Stream.SendAsync(new[] { one });
            await beat.WaitForNextTickAsync(ground.Server.Stopping);
        }
    }
}
