using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Load.Wire;

namespace Load.Xmpp;

/// <summary>
/// The XMPP end of a run: a server of other domains (RFC 6120, XEP-0220). It opens one stream to the subject for each of its domains, accepts the subject's, issues and verifies dialback keys, and its users are willing:
/// they grant every subscription and answer probes.
/// </summary>
internal sealed class XmppEnd(XmppEndOptions options) : IDisposable
{
    private const string Namespaces = "xmlns='jabber:server' xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'";
    private const int StreamsMax = 1_000;
    private const int NewDomains = 2_000;
    private readonly TcpListener listener = new(options.Listen);
    private readonly byte[] secret = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentBag<XmppStream> accepted = [];
    private volatile XmppStream[] outgoing = [];

    public XmppEndOptions Options => options;

    public IXmppTraffic? Traffic { get; set; }

    /// <summary>The queue of our first domain.</summary>
    public WriteQueue Queue => outgoing[0].Queue;

    public async Task StartAsync()
    {
        listener.Start(512);
        _ = AcceptAsync();
        while (outgoing.Length < options.Streams) outgoing = [.. outgoing, await DialAsync(DomainOf(outgoing.Length, options.Streams))];
    }

    /// <summary>Where user <paramref name="number"/> lives when there are <paramref name="streams"/> domains.</summary>
    public static string DomainOf(int number, int streams) => number % streams == 0 ? Scenarios.Ends.XmppDomain : $"s{number % streams}.{Scenarios.Ends.XmppDomain}";

    /// <summary>The domain of an idle stream.</summary>
    public static string IdleDomain(int number) => $"i{number}.{Scenarios.Ends.XmppDomain}";

    /// <summary>The domain of a new stream: they come again after a while, for a peer's domains are listed.</summary>
    public static string NewDomain(long number) => $"n{number % NewDomains}.{Scenarios.Ends.XmppDomain}";

    /// <summary>All domains that streams may be from.</summary>
    public static IEnumerable<string> Domains(int idle) =>
    [
        .. Enumerable.Range(0, StreamsMax).Select(i => DomainOf(i, StreamsMax)), .. Enumerable.Range(0, NewDomains).Select(i => NewDomain(i)), .. Enumerable.Range(0, idle).Select(IdleDomain),
    ];

    public WriteQueue QueueOf(int user) => outgoing[user % outgoing.Length].Queue;

    public void Flush()
    {
        foreach (var stream in outgoing) stream.Queue.Flush();
    }

    public static Template ChatMessage(string from, string to, string padding) =>
        new($"<message from='{from}/r' to='{to}' type='chat' id='gwl:{{#}}:'><body>gwl:{{#}}:{padding}</body></message>");

    /// <summary>An availability with a mark in its status; the two alternate, so that each is a change.</summary>
    public static Template Presence(string from, string to, string show) => new($"<presence from='{from}/r' to='{to}'><show>{show}</show><status>gwl:{{#}}:</status></presence>");

    public void Subscribe(string from, string to) => Queue.Send($"<presence from='{from}' to='{to}' type='subscribe'/>");

    public void Dispose()
    {
        listener.Dispose();
        foreach (var stream in outgoing.Concat(accepted)) stream.Close();
    }

    /// <summary>A new stream for <paramref name="domain"/>, authenticated. Who opens many for a moment wants them brief.</summary>
    public async Task<XmppStream> DialAsync(string domain, bool isBrief = false)
    {
        var stream = new XmppStream(await Tls.ConnectAsync(options.Target, options.Listen.Address), isBrief);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hello = $"<?xml version='1.0'?><stream:stream {Namespaces} from='{domain}' to='{options.FarDomain}'>";
        stream.Queue.Send(hello);
        var id = "";
        _ = ReadAsync(stream, ready, (part, bytes) =>
        {
            if (part == StreamPart.End) return StreamStep.Close;
            if (part == StreamPart.Header)
            {
                id = StanzaText.Attribute(bytes, "id") ?? "";
                return StreamStep.Continue;
            }

            if (part == StreamPart.NeedMore || StanzaText.IsElement(bytes, "success"u8))
            {
                stream.IsAuthenticated = part == StreamPart.Stanza;
                stream.Restart();
                stream.Queue.Send(hello);
                return StreamStep.Continue;
            }

            return OnDialled(stream, domain, ready, id, bytes);
        });
        try
        {
            await ready.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            throw new LoadFailureException("the subject did not let the XMPP end in within 20 s");
        }

        return stream;
    }

    private StreamStep OnDialled(XmppStream stream, string domain, TaskCompletionSource ready, string id, ReadOnlySpan<byte> stanza)
    {
        if (StanzaText.IsElement(stanza, "stream:features"u8))
        {
            if (stream.IsAuthenticated) ready.TrySetResult();
            else if (!stream.IsSecure && stanza.IndexOf("<starttls"u8) >= 0) stream.Queue.Send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
            else if (!options.UsesDialback && stanza.IndexOf("EXTERNAL"u8) >= 0)
                stream.Queue.Send($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{Convert.ToBase64String(Encoding.UTF8.GetBytes(domain))}</auth>");
            else stream.Queue.Send($"<db:result from='{domain}' to='{options.FarDomain}'>{Key(id, domain, options.FarDomain)}</db:result>");
            return StreamStep.Continue;
        }

        if (StanzaText.IsElement(stanza, "proceed"u8)) return StreamStep.BecomeClient;
        if (StanzaText.IsElement(stanza, "db:result"u8) && StanzaText.Attribute(StanzaText.TagOf(stanza), "type") == "valid") ready.TrySetResult();
        else if (StanzaText.IsElement(stanza, "failure"u8) || StanzaText.IsElement(stanza, "stream:error"u8) || StanzaText.IsElement(stanza, "db:result"u8))
        {
            ready.TrySetException(new LoadFailureException("the subject refused the XMPP end: " + Encoding.UTF8.GetString(stanza)));
            return StreamStep.Close;
        }
        else Take(stanza);

        return StreamStep.Continue;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                socket.NoDelay = true;
                var stream = new XmppStream(new NetworkStream(socket, ownsSocket: true));
                accepted.Add(stream);
                var id = Guid.NewGuid().ToString("N");
                _ = ReadAsync(stream, null, (part, bytes) => OnAccepted(stream, id, part, bytes));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the run is over
        }
    }

    private StreamStep OnAccepted(XmppStream stream, string id, StreamPart part, ReadOnlySpan<byte> bytes)
    {
        if (part == StreamPart.End)
        {
            stream.Queue.Send("</stream:stream>");
            return StreamStep.Close;
        }

        if (part == StreamPart.Header) Greet(stream, id, bytes);
        else if (StanzaText.IsElement(bytes, "starttls"u8))
        {
            stream.Queue.Send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
            return StreamStep.BecomeServer;
        }
        else if (StanzaText.IsElement(bytes, "auth"u8))
        {
            stream.IsAuthenticated = true;
            stream.Restart();
            stream.Queue.Send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        }
        else if (StanzaText.IsElement(bytes, "db:result"u8) || StanzaText.IsElement(bytes, "db:verify"u8)) Dialback(stream, bytes);
        else if (StanzaText.IsElement(bytes, "enable"u8))
        {
            stream.Counted = 0;
            stream.Queue.Send("<enabled xmlns='urn:xmpp:sm:3'/>");
        }
        else if (StanzaText.IsElement(bytes, "r"u8)) stream.Queue.Append(Encoding.UTF8.GetBytes($"<a xmlns='urn:xmpp:sm:3' h='{stream.Counted}'/>"));
        else
        {
            stream.Counted++;
            Take(bytes);
        }

        return StreamStep.Continue;
    }

    private void Greet(XmppStream stream, string id, ReadOnlySpan<byte> header)
    {
        var far = StanzaText.Attribute(header, "from");
        var features = !stream.IsSecure ? "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
            : stream.IsAuthenticated ? options.Counts ? "<sm xmlns='urn:xmpp:sm:3'/>" : ""
            : (options.UsesDialback ? "" : "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>") + "<dialback xmlns='urn:xmpp:features:dialback'/>";
        stream.Queue.Send(
            $"<?xml version='1.0'?><stream:stream {Namespaces} from='{StanzaText.Attribute(header, "to") ?? Scenarios.Ends.XmppDomain}'{(far is null ? "" : $" to='{far}'")} id='{id}'>"
            + $"<stream:features>{features}</stream:features>");
    }

    private void Dialback(XmppStream stream, ReadOnlySpan<byte> bytes)
    {
        var tag = StanzaText.TagOf(bytes);
        var (from, to, verifyId) = (StanzaText.Attribute(tag, "from") ?? "", StanzaText.Attribute(tag, "to") ?? "", StanzaText.Attribute(tag, "id"));
        if (StanzaText.IsElement(bytes, "db:result"u8))
        {
            stream.Queue.Send($"<db:result from='{to}' to='{from}' type='valid'/>");
            return;
        }

        var text = Encoding.UTF8.GetString(bytes);
        var key = text[(text.IndexOf('>', StringComparison.Ordinal) + 1)..text.LastIndexOf('<')].Trim();
        stream.Queue.Send($"<db:verify from='{to}' to='{from}' id='{verifyId}' type='{(key == Key(verifyId ?? "", to, from) ? "valid" : "invalid")}'/>");
    }

    private string Key(string id, string from, string to) => Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{from} {to} {id}")));

    private void Take(ReadOnlySpan<byte> stanza)
    {
        if (StanzaText.IsElement(stanza, "message"u8)) TakeMessage(stanza);
        else if (StanzaText.IsElement(stanza, "presence"u8)) TakePresence(stanza);
    }

    private void TakeMessage(ReadOnlySpan<byte> stanza)
    {
        if (Mark.Find(stanza) is not (>= 0 and var mark)) return;
        var tag = StanzaText.TagOf(stanza);
        if (tag.IndexOf("type='error'"u8) >= 0 || tag.IndexOf("type=\"error\""u8) >= 0) Traffic?.OnError(mark, Encoding.UTF8.GetString(stanza));
        else Traffic?.OnXmppMessage(mark);
    }

    private void TakePresence(ReadOnlySpan<byte> stanza)
    {
        var tag = StanzaText.TagOf(stanza);
        var (from, to) = (StanzaText.Attribute(tag, "from") ?? "", StanzaText.Attribute(tag, "to") ?? "");
        switch (StanzaText.Attribute(tag, "type"))
        {
            case "subscribe":
                Queue.Append(Encoding.UTF8.GetBytes($"<presence from='{to}' to='{from}' type='subscribed'/><presence from='{to}/r' to='{from}'/>"));
                break;
            case "probe":
                Queue.Append(Encoding.UTF8.GetBytes($"<presence from='{to}/r' to='{from}'/>"));
                break;
            case null when Mark.Find(stanza) is >= 0 and var mark:
                Traffic?.OnPresence(mark, Bare(from), Bare(to));
                break;
        }
    }

    // Answers of our users go out on the stream we opened, whichever brought the question.
    private void OnBatch()
    {
        Flush();
        Traffic?.OnBatch();
    }

    private static string Bare(string address) => address.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? address[..slash] : address;

    private async Task ReadAsync(XmppStream stream, TaskCompletionSource? ready, Func<StreamPart, ReadOnlySpan<byte>, StreamStep> take)
    {
        var why = "closed by the subject";
        try
        {
            await stream.ReadAsync(take, OnBatch, options.FarDomain, options.Certificate);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or AuthenticationException)
        {
            why = e.Message;
        }

        ready?.TrySetException(new LoadFailureException("the XMPP end's stream ended: " + why));
        if (listener.Server.IsBound && stream is { IsAuthenticated: true, IsClosed: false }) await Console.Error.WriteLineAsync("load: an XMPP stream ended: " + why);
    }
}
