using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Xml.Linq;
using XmppPeer.Trust;
using XmppPeer.Wire;

namespace XmppPeer.Streams;

/// <summary>How far one attempt came.</summary>
public enum AttemptEnd
{
    Up,

    /// <summary>TLS itself failed, or could not be had: a server like Openfire tries again in clear.</summary>
    TlsFailed,

    Refused,
}

/// <summary>A stream that we open: the initiating entity of RFC 6120 and the initiating server of XEP-0220, with the fall-backs its persona allows.</summary>
public sealed class Outgoing
{
    private readonly Server _server;
    private readonly Persona _persona;
    private readonly string _to;
    private readonly Lazy<Task<bool>> _opening;
    private PeerStream? _stream;

    public Outgoing(Server server, Persona persona, string to)
    {
        (_server, _persona, _to) = (server, persona, to);
        _opening = new Lazy<Task<bool>>(OpenAsync);
    }

    public bool IsOver { get; private set; }

    public PeerStream Stream => _stream ?? throw new InvalidOperationException("there is no stream");

    public string StreamId { get; private set; } = "";

    /// <summary>True when the stream stands. What went wrong was told as events.</summary>
    public Task<bool> ReadyAsync() => _opening.Value;

    public async Task SendAsync(string text)
    {
        if (await ReadyAsync()) await Stream.SendAsync(text);
        else _server.Events.Emit("unsent", ("ours", _persona.Domain), ("theirs", _to), ("text", text));
    }

    public async Task CloseAsync()
    {
        if (_stream is { } stream && !IsOver) await stream.SendAsync(Names.End);
    }

    private async Task<bool> OpenAsync()
    {
        // The order of Openfire: direct TLS if told to, STARTTLS with EXTERNAL, dialback over it, and in clear where its policy lets it (field fact E4).
        List<(bool Direct, bool Clear)> ways = [(_persona.DialsDirectly, _persona.Tls == TlsWish.Off)];
        if (_persona is { IsOpenfire: true, DialsDirectly: true }) ways.Add((false, false));
        if (_persona is { IsOpenfire: true, Tls: TlsWish.Optional, UsesDialback: true }) ways.Add((false, true));
        foreach (var (isDirect, isClear) in ways)
        {
            var end = await AttemptAsync(isDirect, isClear);
            if (end == AttemptEnd.Up)
            {
                _ = FollowAsync();
                return true;
            }

            if (end == AttemptEnd.Refused && !_persona.IsOpenfire) break;
        }

        IsOver = true;
        return false;
    }

    private async Task<AttemptEnd> AttemptAsync(bool isDirect, bool isClear)
    {
        try
        {
            _stream = _server.Add(await PeerStream.DialAsync(_server.EndOf(_to), _server.Events));
            _server.Events.Emit("attempt", ("stream", Stream.Number), ("ours", _persona.Domain), ("theirs", _to), ("direct", isDirect), ("clear", isClear));
            if (isDirect) await Stream.SecureAsClientAsync(_to, _persona.Certificate, isDirect: true);
            var end = await NegotiateAsync(isClear);
            if (end != AttemptEnd.Up) await DropAsync();
            return end;
        }
        catch (AuthenticationException e)
        {
            return await FailAsync("tls", e, AttemptEnd.TlsFailed);
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException or OperationCanceledException or System.Xml.XmlException or Control.CommandFault)
        {
            return await FailAsync("lost", e, isDirect ? AttemptEnd.TlsFailed : AttemptEnd.Refused);
        }
    }

    private async Task<AttemptEnd> NegotiateAsync(bool isClear)
    {
        var features = await HeaderAsync();
        if (features is null) return AttemptEnd.Refused;
        if (!Stream.IsEncrypted && !isClear)
        {
            if (features.Element(Names.Tls + "starttls") is null)
            {
                if (_persona.Tls == TlsWish.Required) return Refuse("no-tls", AttemptEnd.Refused);
            }
            else
            {
                if (!await StartTlsAsync()) return AttemptEnd.TlsFailed;
                if (await HeaderAsync() is not { } again) return AttemptEnd.Refused;
                features = again;
            }
        }

        var fault = Stream.IsEncrypted && _persona.Verifies ? _server.Trust.Refuses(Stream.Shown, _to) : null;
        if (fault is not null)
        {
            Refuse(fault, AttemptEnd.Refused);
            if (!_persona.UsesDialback) return AttemptEnd.Refused;
        }

        return await ProveAsync(features, fault);
    }

    private async Task<AttemptEnd> ProveAsync(XElement features, string? fault)
    {
        var offers = features.Descendants(Names.Sasl + "mechanism").Any(m => m.Value == "EXTERNAL");
        if (Stream.IsEncrypted && _persona.UsesExternal && offers && fault is null)
        {
            await Stream.SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{Convert.ToBase64String(Encoding.UTF8.GetBytes(_persona.Domain))}</auth>");
            var answer = await ElementAsync();
            if (answer?.Name == Names.Sasl + "success")
            {
                Stream.Restart();
                if (await HeaderAsync() is null) return AttemptEnd.Refused;
                return Up("external");
            }

            Refuse("external-failed", AttemptEnd.Refused);
        }

        return _persona.UsesDialback ? await DialbackAsync() : Refuse("nothing-offered", AttemptEnd.Refused);
    }

    private async Task<AttemptEnd> DialbackAsync()
    {
        var key = DialbackKeys.Make(_persona, _to, _persona.Domain, StreamId);
        await Stream.SendAsync($"<db:result from='{_persona.Domain}' to='{_to}'>{key}</db:result>");
        while (await ElementAsync() is { } answer)
        {
            if (answer.Name != Names.Dialback + "result") continue;
            return answer.Attribute("type")?.Value == "valid"
                ? Up("dialback")
                : Refuse("dialback-" + (answer.Descendants().FirstOrDefault(e => e.Name.Namespace == Names.StanzaErrors)?.Name.LocalName ?? answer.Attribute("type")?.Value), AttemptEnd.Refused);
        }

        return AttemptEnd.Refused;
    }

    private async Task<bool> StartTlsAsync()
    {
        await Stream.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        if ((await ElementAsync())?.Name != Names.Tls + "proceed") return false;
        await Stream.SecureAsClientAsync(_to, _persona.Certificate);
        return true;
    }

    // Sends our header and gives the features that follow theirs.
    private async Task<XElement?> HeaderAsync()
    {
        await Stream.SendAsync(Names.Header(_persona.Domain, _to));
        var piece = await Stream.ReadAsync(_server.Stopping);
        StreamId = piece?.Header?.Attribute("id")?.Value ?? "";
        return piece?.Header is null ? null : await ElementAsync();
    }

    private async Task<XElement?> ElementAsync()
    {
        var piece = await Stream.ReadAsync(_server.Stopping);
        if (piece?.Element is not { } element) return null;
        if (element.Name != Names.Stream + "error") return element;
        Told.StreamError(_server.Events, Stream, "out", _persona.Domain, _to, element);
        return null;
    }

    private AttemptEnd Up(string how)
    {
        Told.Up(_server.Events, Stream, "out", _persona.Domain, _to, how);
        return AttemptEnd.Up;
    }

    private AttemptEnd Refuse(string reason, AttemptEnd end)
    {
        Told.Refused(_server.Events, Stream, "out", _persona.Domain, _to, reason);
        return end;
    }

    private async Task<AttemptEnd> FailAsync(string what, Exception e, AttemptEnd end)
    {
        _server.Events.Emit("failed", ("stream", _stream?.Number ?? 0), ("ours", _persona.Domain), ("theirs", _to), ("what", what), ("why", e.Message));
        await DropAsync();
        return end;
    }

    private async Task DropAsync()
    {
        if (_stream is not { } stream) return;
        _server.Remove(stream);
        await stream.DisposeAsync();
        _stream = null;
    }

    private async Task FollowAsync()
    {
        var why = "peer";
        try
        {
            while (await NextAsync() is { IsEnd: false } piece)
            {
                if (piece.Element is not { } element) continue;
                if (element.Name == Names.Stream + "error") Told.StreamError(_server.Events, Stream, "out", _persona.Domain, _to, element);
                else Told.Stanza(_server.Events, Stream, element);
            }
        }
        catch (OperationCanceledException)
        {
            why = "idle";
            await CloseAsync();
        }

        IsOver = true;
        _server.Events.Emit("ended", ("stream", Stream.Number), ("way", "out"), ("ours", _persona.Domain), ("theirs", _to), ("why", why));
        await DropAsync();
    }

    private async Task<Piece?> NextAsync()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_server.Stopping);
        if (_persona.IdleSeconds > 0) ending.CancelAfter(TimeSpan.FromSeconds(_persona.IdleSeconds));
        return await Stream.ReadAsync(ending.Token);
    }
}
