using System.Text;
using XmppPeer.Streams;
using XmppPeer.Trust;
using XmppPeer.Wire;

namespace XmppPeer.Attacks;

/// <summary>How far an attacker behaves before it stops to.</summary>
public enum Manners
{
    /// <summary>Connected, nothing said.</summary>
    Connected,

    /// <summary>Headers exchanged, in clear.</summary>
    Opened,

    /// <summary>TLS stands and headers were exchanged again; nothing is proved.</summary>
    Secured,

    /// <summary>Our domain is proved by certificate.</summary>
    Proved,
}

/// <summary>Where an attack happens: the connection, who we say we are, who is attacked, and in whose name we lie.</summary>
public sealed class Ground(Server server, Persona persona, string target, string victim)
{
    public Server Server => server;

    public Persona Persona => persona;

    public string Target => target;

    public string Victim => victim;

    public string StreamId { get; private set; } = "";

    public PeerStream Stream { get; private set; } = null!;

    /// <summary>A key of ours that is good for the stream on which it was made.</summary>
    public string KeyFor(string streamId) => DialbackKeys.Make(persona, target, persona.Domain, streamId);

    /// <summary>A message that must arrive nowhere; its body says so to whoever counts what did.</summary>
    public string Message(string body, string? from = null, string? to = null) =>
        $"<message type='chat' from='{from ?? "mallory@" + persona.Domain}' to='{to ?? "bo@" + target}'><body>attack: {body}</body></message>";

    public string Result(string from, string key) => $"<db:result from='{from}' to='{target}'>{key}</db:result>";

    /// <summary>A new connection to the target, behaving well up to the given point.</summary>
    public async Task BehaveAsync(Manners manners)
    {
        Stream = server.Add(await PeerStream.DialAsync(server.EndOf(target), server.Events));
        if (manners == Manners.Connected) return;
        await OpenAsync();
        if (manners == Manners.Opened) return;
        await Stream.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await Stream.ReadAsync(server.Stopping);
        await Stream.SecureAsClientAsync(target, persona.Certificate);
        await OpenAsync();
        if (manners == Manners.Secured) return;
        await Stream.SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{Convert.ToBase64String(Encoding.UTF8.GetBytes(persona.Domain))}</auth>");
        await Stream.ReadAsync(server.Stopping);
        Stream.Restart();
        await OpenAsync();
    }

    /// <summary>Reads until the text came, or the other side ended.</summary>
    public async Task<bool> HearsAsync(string text)
    {
        while (!Stream.Seen.ToString().Contains(text, StringComparison.Ordinal))
            if (await Stream.ReadAsync(server.Stopping) is null) return false;
        return true;
    }

    /// <summary>The same text again and again until so many bytes are out or the other side does not want to hear more.</summary>
    public async Task RepeatAsync(string text, int bytes)
    {
        var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, Math.Max(1, 16_384 / text.Length))));
        for (var sent = 0; sent < bytes; sent += block.Length) await Stream.SendAsync(block);
    }

    private async Task OpenAsync()
    {
        await Stream.SendAsync(Names.Header(persona.Domain, target));
        StreamId = (await Stream.ReadAsync(server.Stopping))?.Header?.Attribute("id")?.Value ?? "";
        await Stream.ReadAsync(server.Stopping);
    }
}
