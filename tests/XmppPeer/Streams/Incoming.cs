using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using XmppPeer.Trust;
using XmppPeer.Wire;

namespace XmppPeer.Streams;

/// <summary>A stream that another server opened to us: the receiving entity of RFC 6120, and of XEP-0220 the receiving and the authoritative server.</summary>
public sealed class Incoming(Server server, PeerStream stream, bool isDirect)
{
    private readonly ConcurrentDictionary<string, string> _proved = new(StringComparer.OrdinalIgnoreCase);
    private Persona? _persona;
    private string _from = "";
    private string _id = "";

    public async Task RunAsync()
    {
        var why = "peer";
        try
        {
            // On the port of direct TLS a plain header is taken all the same: some servers do, and nobody gains by refusing (field fact E4).
            if (isDirect && !await BeginsInClearAsync()) await stream.SecureAsServerAsync(name => server.Find(name)?.Certificate);
            while (await NextAsync() is { } piece)
            {
                if (piece.IsEnd) break;
                if (piece.Header is { } header) await HeaderAsync(header);
                else if (!await ElementAsync(piece.Element!)) break;
            }
        }
        catch (OperationCanceledException)
        {
            why = "idle";
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or TimeoutException or ObjectDisposedException or System.Xml.XmlException)
        {
            why = e.Message;
        }

        await EndAsync(why);
    }

    private async Task<bool> BeginsInClearAsync() => await stream.PeekAsync(server.Stopping) == '<';

    private async Task<Piece?> NextAsync()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(server.Stopping);
        if (_persona is { IdleSeconds: > 0 } persona) ending.CancelAfter(TimeSpan.FromSeconds(persona.IdleSeconds));
        return await stream.ReadAsync(ending.Token);
    }

    private async Task HeaderAsync(XElement header)
    {
        _from = header.Attribute("from")?.Value ?? "";
        var to = header.Attribute("to")?.Value ?? "";
        _id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        _persona = server.Find(to);
        await stream.SendAsync(Names.Header(to, _from, _id));
        if (_persona is null)
        {
            await RefuseAsync("host-unknown", "", to);
            return;
        }

        await stream.SendAsync(Features(_persona));
        if (Closes(_persona) is { } reason) await RefuseAsync("not-authorized", reason, to);
    }

    private string Features(Persona persona)
    {
        var features = new StringBuilder("<stream:features>");
        if (!stream.IsEncrypted && persona is { Certificate: not null, Tls: not TlsWish.Off })
            features.Append("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>").Append(persona.Tls == TlsWish.Required ? "<required/>" : "").Append("</starttls>");
        if (stream.IsEncrypted && persona.UsesExternal && _proved.IsEmpty && (!persona.Verifies || Fault is null))
            features.Append("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>");
        if (persona.UsesDialback) features.Append("<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>");
        return features.Append(persona.MoreFeatures).Append("</stream:features>").ToString();
    }

    private string? Fault => _from.Length == 0 ? "no-from" : server.Trust.Refuses(stream.Shown, _from);

    // Whoever can prove itself in no way that we allow is told at once instead of being left to guess.
    private string? Closes(Persona persona) => stream.IsEncrypted && persona.Verifies && !persona.UsesDialback && _proved.IsEmpty ? Fault : null;

    private async Task<bool> ElementAsync(XElement element)
    {
        if (_persona is null) return false;
        if (element.Name == Names.Tls + "starttls") return await StartTlsAsync();
        if (element.Name == Names.Sasl + "auth") return await AuthenticateAsync(element);
        if (element.Name == Names.Dialback + "result")
        {
            // Other pairs of the stream are served meanwhile (XEP-0220 §2.2).
            _ = JudgeKeyAsync(element);
            return true;
        }

        if (element.Name == Names.Dialback + "verify") return await AnswerQuestionAsync(element);
        if (element.Name == Names.Stream + "error")
        {
            Told.StreamError(server.Events, stream, "in", _persona.Domain, _from, element);
            return true;
        }

        return await StanzaAsync(element);
    }

    private async Task<bool> StartTlsAsync()
    {
        if (_persona!.Certificate is not { } certificate) return await RefuseAsync("unsupported-stanza-type", "starttls was not offered", _persona.Domain);
        await stream.SendAsync("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await stream.SecureAsServerAsync(_ => certificate);
        return true;
    }

    private async Task<bool> AuthenticateAsync(XElement auth)
    {
        var fault = !stream.IsEncrypted ? "no-tls" : !_persona!.UsesExternal ? "external-off" : _persona.Verifies ? Fault : null;
        var text = auth.Value is "" or "=" ? "" : Encoding.UTF8.GetString(Convert.FromBase64String(auth.Value));
        if (text.Length > 0 && !text.Equals(_from, StringComparison.OrdinalIgnoreCase)) fault ??= "authorization-identity";
        if (fault is not null)
        {
            Told.Refused(server.Events, stream, "in", _persona!.Domain, _from, fault);
            await stream.SendAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
            return _persona.UsesDialback;
        }

        Prove(_from, "external");
        await stream.SendAsync("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        stream.Restart();
        return true;
    }

    private async Task JudgeKeyAsync(XElement result)
    {
        var (from, to) = (result.Attribute("from")?.Value ?? "", result.Attribute("to")?.Value ?? "");
        var persona = server.Find(to);
        var condition = persona is null ? "item-not-found" : !persona.UsesDialback ? "not-authorized" : !stream.IsEncrypted && persona.Tls == TlsWish.Required ? "policy-violation" : null;
        if (condition is not null)
        {
            Told.Refused(server.Events, stream, "in", to, from, "dialback-" + condition);
            await stream.SendAsync($"<db:result from='{to}' to='{from}' type='error'><error type='cancel'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>");
            return;
        }

        var word = await Question.AskAsync(server, persona!, from, result.Value, _id);
        if (word == "valid") Prove(from, "dialback");
        else Told.Refused(server.Events, stream, "in", to, from, "dialback-" + word);
        await stream.SendAsync($"<db:result from='{to}' to='{from}' type='{(word == "valid" ? "valid" : "invalid")}'/>");
    }

    private async Task<bool> AnswerQuestionAsync(XElement verify)
    {
        var (asker, ours, id) = (verify.Attribute("from")?.Value ?? "", verify.Attribute("to")?.Value ?? "", verify.Attribute("id")?.Value ?? "");
        var persona = server.Find(ours);
        if (persona is { IsMuteToQuestions: true }) return true;
        var isValid = persona is not null && DialbackKeys.Make(persona, asker, ours, id) == verify.Value;
        server.Events.Emit("asked", ("stream", stream.Number), ("from", asker), ("to", ours), ("valid", isValid));
        await stream.SendAsync($"<db:verify from='{ours}' to='{asker}' id='{id}' type='{(isValid ? "valid" : "invalid")}'/>");
        return true;
    }

    private async Task<bool> StanzaAsync(XElement stanza)
    {
        var from = stanza.Attribute("from")?.Value ?? "";
        if (!_proved.ContainsKey(Names.DomainOf(from)))
            return await RefuseAsync(_proved.IsEmpty ? "not-authorized" : "invalid-from", from, _persona!.Domain);
        Told.Stanza(server.Events, stream, stanza);
        return true;
    }

    private void Prove(string domain, string how)
    {
        _proved[domain] = how;
        Told.Up(server.Events, stream, "in", _persona!.Domain, domain, how);
    }

    private async Task<bool> RefuseAsync(string condition, string text, string to)
    {
        Told.Refused(server.Events, stream, "in", to, _from, text.Length > 0 ? text : condition);
        await stream.SendAsync(Names.Error(condition, text));
        return false;
    }

    private async Task EndAsync(string why)
    {
        if (why == "idle")
        {
            try
            {
                await stream.SendAsync(Names.End);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                why = "lost";
            }
        }

        server.Events.Emit("ended", ("stream", stream.Number), ("way", "in"), ("from", _from), ("to", _persona?.Domain ?? ""), ("why", why));
        server.Remove(stream);
        await stream.DisposeAsync();
    }
}
