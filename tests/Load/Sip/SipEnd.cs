using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Load.Wire;

namespace Load.Sip;

/// <summary>
/// The SIP end of a run: an edge with users behind it. It holds several mutual-TLS connections to the subject, accepts what the subject dials, and answers INVITE, MESSAGE, INFO, SUBSCRIBE, NOTIFY,
/// BYE and OPTIONS at once.
/// </summary>
internal sealed class SipEnd(SipEndOptions options) : IDisposable
{
    private readonly List<SipLink> links = [];
    private readonly ConcurrentBag<SipLink> accepted = [];
    private readonly TcpListener listener = new(options.Listen);
    private readonly string run = Guid.NewGuid().ToString("N")[..8];
    private readonly Dictionary<int, SipSession> sessions = [];
    private readonly ConcurrentDictionary<long, SipSubscription> kept = new();
    private TaskCompletionSource sessionsSettled = new();
    private byte[] dialogExtra = [];
    private byte[] sdp = [];
    private byte[] toTag = [];
    private byte[] branch = [];
    private string sessionPadding = "";
    private int refusedSessions;
    private int settledSessions;

    public SipEndOptions Options => options;

    public ISipTraffic? Traffic { get; set; }

    public string Contact => $"<sip:{options.Listen};transport=tls>";

    private string Via => $"Via: SIP/2.0/TLS {options.Listen};branch=z9hG4bK{run}";

    public async Task StartAsync()
    {
        sdp = Encoding.ASCII.GetBytes(SdpText);
        branch = Encoding.ASCII.GetBytes("z9hG4bK" + run);
        toTag = Encoding.ASCII.GetBytes("r" + run);
        dialogExtra = Encoding.ASCII.GetBytes($"Contact: {Contact}\r\nContent-Type: application/sdp\r\n");
        listener.Start(512);
        _ = AcceptAsync();
        for (var i = 0; i < options.Connections; i++)
        {
            var tcp = await Tls.ConnectAsync(options.Target, options.Listen.Address);
            var link = new SipLink(this, await Tls.AsClientAsync(tcp, options.TargetHost, options.Certificate));
            links.Add(link);
            _ = ReadAsync(link);
        }
    }

    public WriteQueue QueueOf(int pair) => links[pair % links.Count].Queue;

    public void Flush()
    {
        foreach (var link in links) link.Queue.Flush();
    }

    /// <summary>A page-mode MESSAGE (RFC 3428), each with its own transaction and Call-ID.</summary>
    public Template PageMessage(int pair, string from, string to, string padding)
    {
        var body = "gwl:{#}:" + padding;
        return new Template(
            $"MESSAGE sip:{to} SIP/2.0\r\n{Via}m{{#}}\r\nMax-Forwards: 70\r\nFrom: <sip:{from}>;tag=f{pair}\r\nTo: <sip:{to}>\r\nCall-ID: {run}-m{{#}}@{options.Domain}\r\nCSeq: 1 MESSAGE\r\n"
            + $"Contact: {Contact}\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: {Template.LengthOf(body)}\r\n\r\n{body}");
    }

    /// <summary>Opens a conversation for each pair and waits until all are answered.</summary>
    public async Task<IReadOnlyList<SipSession>> OpenSessionsAsync(IReadOnlyList<(string From, string To)> pairs, string padding)
    {
        sessionsSettled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (refusedSessions, settledSessions) = (0, 0);
        lock (sessions) sessions.Clear();
        sessionPadding = padding;
        for (var i = 0; i < pairs.Count; i++)
        {
            var session = new SipSession(i, pairs[i].From, pairs[i].To);
            lock (sessions) sessions[i] = session;
            QueueOf(i).Send(
                $"INVITE sip:{session.To} SIP/2.0\r\n{Via}i{i}\r\nMax-Forwards: 70\r\nFrom: <sip:{session.From}>;tag=d{i}\r\nTo: <sip:{session.To}>\r\nCall-ID: {CallIdOf(i)}\r\n"
                + $"CSeq: 1 INVITE\r\nContact: {Contact}\r\nContent-Type: application/sdp\r\nContent-Length: {SdpText.Length}\r\n\r\n{SdpText}");
        }

        try
        {
            await sessionsSettled.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            throw new LoadFailureException($"{settledSessions} of {pairs.Count} INVITEs were answered within 60 s");
        }

        if (refusedSessions > 0) throw new LoadFailureException($"{refusedSessions} of {pairs.Count} INVITEs were refused");
        lock (sessions) return [.. sessions.Values];
    }

    /// <summary>Asks to see <paramref name="user"/>; <see cref="ISipTraffic.OnNotify"/> gets <paramref name="number"/> back. Only queued.</summary>
    public void Subscribe(long number, string watcher, string user, bool isKept = false)
    {
        if (isKept) kept[number] = new SipSubscription(watcher);
        var digits = number.ToString("D10", CultureInfo.InvariantCulture);
        QueueOf((int)(number % 1_000)).Append(Encoding.ASCII.GetBytes(
            $"SUBSCRIBE sip:{user} SIP/2.0\r\n{Via}s{digits}\r\nMax-Forwards: 70\r\nFrom: <sip:{watcher}>;tag=s{digits}\r\nTo: <sip:{user}>\r\nCall-ID: {run}-s{digits}@{options.Domain}\r\n"
            + $"CSeq: 1 SUBSCRIBE\r\nContact: {Contact}\r\nEvent: presence\r\nAccept: application/pidf+xml\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n"));
    }

    /// <summary>Refreshes a kept subscription; the answer is told with <paramref name="mark"/>. Only queued.</summary>
    public void Refresh(long number, long mark) => kept[number].Refresh(QueueOf((int)(number % 1_000)), mark);

    /// <summary>A request of the subject.</summary>
    public void Answer(SipLink link, in SipView request)
    {
        if (request.IsMethod("ACK"u8)) return;
        if (request.IsMethod("INVITE"u8))
        {
            request.Respond(link.Queue, "SIP/2.0 200 OK\r\n"u8, toTag, dialogExtra, sdp);
            return;
        }

        if (request.IsMethod("SUBSCRIBE"u8))
        {
            Accept(link, in request);
            return;
        }

        request.Respond(link.Queue, "SIP/2.0 200 OK\r\n"u8, toTag);
        if (request.IsMethod("MESSAGE"u8))
        {
            if (Mark.Find(request.Body) is >= 0 and var mark) Traffic?.OnSipMessage(mark);
        }
        else if (request.IsMethod("NOTIFY"u8) && NumberOf(request.CallId, (byte)'s') is >= 0 and var number)
            Traffic?.OnNotify(number, request.SubscriptionState.StartsWith("active"u8), request.Body);
    }

    /// <summary>A response of the subject. What it answers is told by the letter after our branch's start.</summary>
    public void Settle(SipLink link, in SipView response)
    {
        if (response.Status < 200) return;
        var at = response.Via.IndexOf(branch);
        if (at < 0) return;
        var id = response.Via[(at + branch.Length)..];
        if (id.IsEmpty) return;
        if (id[0] == 'i' && response.AnswersMethod("INVITE"u8)) SettleSession(link, in response);
        else if (Mark.Read(id[1..]) is >= 0 and var mark)
        {
            if (id[0] == 's' && response.Status < 300 && kept.TryGetValue(mark, out var subscription)) Keep(subscription, mark, in response);
            Traffic?.OnAnswer(mark, response.Status);
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        foreach (var link in links.Concat(accepted)) link.Close();
    }

    private string SdpText =>
        $"v=0\r\no=- 0 0 IN IP4 {options.Listen.Address}\r\ns=session\r\nc=IN IP4 {options.Listen.Address}\r\nt=0 0\r\n"
        + $"m=message {options.Listen.Port} sip null\r\na=accept-types:text/plain\r\n";

    private string CallIdOf(int pair) => $"{run}-i{pair}@{options.Domain}";

    // The number after the letter in our Call-ID, or -1.
    private static long NumberOf(ReadOnlySpan<byte> callId, byte letter)
    {
        var dash = callId.IndexOf((byte)'-');
        return dash < 0 || callId.Length < dash + 2 || callId[dash + 1] != letter ? -1 : Mark.Read(callId[(dash + 2)..]);
    }

    private static string AddressOf(ReadOnlySpan<byte> value)
    {
        var text = Encoding.ASCII.GetString(value);
        var start = text.IndexOf("sip:", StringComparison.Ordinal) + 4;
        var end = text.IndexOfAny(['>', ';'], start);
        return end < 0 ? text[start..] : text[start..end];
    }

    private void Accept(SipLink link, in SipView request)
    {
        var isRefresh = request.To.IndexOf(";tag="u8) >= 0;
        request.Respond(link.Queue, "SIP/2.0 200 OK\r\n"u8, toTag, Encoding.ASCII.GetBytes($"Contact: {Contact}\r\nExpires: {Encoding.ASCII.GetString(request.Expires)}\r\n"));
        if (isRefresh) return;
        var callId = Encoding.ASCII.GetString(request.CallId);
        var head = $"NOTIFY {request.ContactUri()} SIP/2.0\r\n{Via}n{Guid.NewGuid().ToString("N")[..8]}x{{cseq}}\r\nMax-Forwards: 70\r\n{request.Routes(isReversed: false)}"
            + $"From: {Encoding.ASCII.GetString(request.To)};tag=r{run}\r\nTo: {Encoding.ASCII.GetString(request.From)}\r\nCall-ID: {callId}\r\nCSeq: {{cseq}} NOTIFY\r\nContact: {Contact}\r\n";
        var watch = new SipWatch(link, AddressOf(request.To), AddressOf(request.From), head);
        watch.Begin();
        Traffic?.OnSubscribed(watch);
    }

    private void Keep(SipSubscription subscription, long number, in SipView response) =>
        subscription.Opened(new Template(
            $"SUBSCRIBE {response.ContactUri()} SIP/2.0\r\n{Via}u{{#}}\r\nMax-Forwards: 70\r\n{response.Routes(isReversed: true)}From: <sip:{subscription.Watcher}>;tag=s{number:D10}\r\n"
            + $"To: {Encoding.ASCII.GetString(response.To)}\r\nCall-ID: {Encoding.ASCII.GetString(response.CallId)}\r\nCSeq: {{+}} SUBSCRIBE\r\nContact: {Contact}\r\nEvent: presence\r\n"
            + "Accept: application/pidf+xml\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n"));

    private void SettleSession(SipLink link, in SipView response)
    {
        var text = Encoding.ASCII.GetString(response.CallId);
        var start = text.IndexOf("-i", StringComparison.Ordinal) + 2;
        var pair = int.Parse(text.AsSpan(start, text.IndexOf('@', start) - start), CultureInfo.InvariantCulture);
        SipSession? session;
        lock (sessions) session = sessions.GetValueOrDefault(pair);
        if (session is null || session.IsOpen) return;
        var isOpen = response.Status < 300;
        var to = Encoding.ASCII.GetString(response.To);
        var target = isOpen ? response.ContactUri() : "sip:" + session.To;
        var routes = isOpen ? response.Routes(isReversed: true) : "";
        link.Queue.Append(Encoding.ASCII.GetBytes(
            $"ACK {target} SIP/2.0\r\n{Via}{(isOpen ? "a" : "i")}{pair}\r\nMax-Forwards: 70\r\n{routes}From: <sip:{session.From}>;tag=d{pair}\r\nTo: {to}\r\n"
            + $"Call-ID: {text}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n"));
        if (isOpen)
        {
            var body = "gwl:{#}:" + sessionPadding;
            session.Opened(new Template(
                $"MESSAGE {target} SIP/2.0\r\n{Via}m{{#}}\r\nMax-Forwards: 70\r\n{routes}From: <sip:{session.From}>;tag=d{pair}\r\nTo: {to}\r\nCall-ID: {text}\r\nCSeq: {{+}} MESSAGE\r\n"
                + $"Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {Template.LengthOf(body)}\r\n\r\n{body}"));
        }
        else Interlocked.Increment(ref refusedSessions);

        lock (sessions)
            if (++settledSessions == sessions.Count) sessionsSettled.TrySetResult();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _ = ServeAsync(new NetworkStream(socket, ownsSocket: true));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the run is over
        }
    }

    private async Task ServeAsync(NetworkStream tcp)
    {
        try
        {
            var link = new SipLink(this, await Tls.AsServerAsync(tcp, options.Certificate));
            accepted.Add(link);
            await ReadAsync(link);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            await Console.Error.WriteLineAsync("load: a SIP connection of the subject failed: " + e.Message);
        }
    }

    private async Task ReadAsync(SipLink link)
    {
        var why = await link.ReadAsync();
        if (listener.Server.IsBound) await Console.Error.WriteLineAsync("load: a SIP connection ended: " + why);
    }
}
