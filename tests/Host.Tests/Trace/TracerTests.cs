using Gateway.Admin.Trace;
using Gateway.Transport;

namespace Host.Tests.Trace;

/// <summary>Traces of one peer while others talk: what is shown, what is not, and that nobody on the message path waits (PSB-077).</summary>
[Item("PSB-077")]
public sealed class TracerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StillTime time = new();
    private readonly TransportHub hub;
    private readonly MemoryNetwork network;
    private readonly Tracer tracer;

    public TracerTests()
    {
        hub = new TransportHub(new TransportLimits(), time);
        (network, tracer) = (new MemoryNetwork(hub), new Tracer(hub, time));
    }

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task Messages_of_the_peer_are_shown_both_ways_and_those_of_others_are_not()
    {
        var (ours, other) = (Join("jabber"), Join("contoso"));
        using var session = tracer.Start(Request())!;

        other.TrySend("OPTIONS sip:x SIP/2.0\r\n\r\n"u8);
        ours.TrySend("<presence><show>away</show></presence>"u8);
        ours.TellReceived("<message><body>hush</body></message>"u8);
        ours.Abort(TransportReason.ClosedByUs, "enough");

        var lines = await TakeAsync(session, 3);
        Assert.Equal(("message", "out", "<presence><show>away</show></presence>", 38), (lines[0].Kind, lines[0].Direction, lines[0].Text, lines[0].Bytes));
        Assert.Equal(("in", "<message><body>[4 characters not shown]</body></message>"), (lines[1].Direction, lines[1].Text));
        Assert.Equal(("closed", "transport.ClosedByUs: enough"), (lines[2].Kind, lines[2].Text));
        Assert.All(lines, line => Assert.Equal(ours.ToString(), line.Connection));
        Assert.Equal(time.GetUtcNow(), lines[0].At);
    }

    [Fact]
    public async Task One_connection_is_followed_alone_by_its_number()
    {
        var (ours, other) = (Join("jabber"), Join("jabber"));
        using var session = tracer.Start(Request() with { Subject = ours.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) })!;
        other.TrySend("<other/>"u8);
        ours.TrySend("<this/>"u8);
        Assert.Equal("<this/>", Assert.Single(await TakeAsync(session, 1)).Text);
    }

    [Fact]
    public async Task First_messages_of_a_connection_wait_until_it_is_known_whose_it_is()
    {
        var (owner, stranger) = (new Owner(null), new Owner(null));
        var (connection, never) = (network.Join(owner, new Owner(false)).Dialled, network.Join(stranger, new Owner(false)).Dialled);
        using var session = tracer.Start(Request())!;
        connection.TrySend("<first/>"u8);
        never.TrySend("<other/>"u8);
        connection.TrySend("<second/>"u8);
        owner.Peer = "jabber";
        stranger.Peer = "contoso";
        never.TrySend("<other/>"u8);
        connection.TrySend("<third/>"u8);

        Assert.Equal(["<first/>", "<second/>", "<third/>"], (await TakeAsync(session, 3)).Select(l => l.Text));
    }

    [Fact]
    public async Task Who_reads_too_slowly_loses_messages_and_is_told_how_many()
    {
        var connection = Join("jabber");
        using var session = tracer.Start(Request())!;
        for (var n = 0; n < TraceSession.MessagesPerSecondMax + 7; n++) Assert.Equal(TransportReason.None, connection.TrySend("<m/>"u8));

        var lines = await TakeAsync(session, 2);
        Assert.Equal(("message", "lost", 7L), (lines[0].Kind, lines[1].Kind, lines[1].Lost));
        Assert.Equal(7, Assert.Single(tracer.Running).Lost);
    }

    [Fact]
    public async Task The_queue_is_bounded_whatever_the_rate()
    {
        var connection = Join("jabber");
        using var session = tracer.Start(Request())!;
        for (var n = 0; n < TraceSession.MessagesMax + 9; n++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            connection.TellReceived("<m/>"u8);
        }

        var lines = await TakeAsync(session, TraceSession.MessagesMax + 1);
        Assert.Equal(9, Assert.Single(lines, l => l.Kind == "lost").Lost);
    }

    [Fact]
    public void Without_a_trace_nothing_sits_on_the_tap()
    {
        Assert.Null(hub.Tap);
        var (one, two) = (tracer.Start(Request())!, tracer.Start(Request())!);
        Assert.Same(tracer, hub.Tap);
        Assert.Equal(2, tracer.Running.Count);
        one.Dispose();
        Assert.NotNull(hub.Tap);
        two.Dispose();
        Assert.Null(hub.Tap);
        Assert.Empty(tracer.Running);
    }

    [Fact]
    public void Only_so_many_run_at_once()
    {
        var sessions = Enumerable.Range(0, Tracer.SessionsMax).Select(_ => tracer.Start(Request())).ToList();
        Assert.DoesNotContain(null, sessions);
        Assert.Null(tracer.Start(Request()));
        sessions[0]!.Dispose();
        Assert.NotNull(tracer.Start(Request()));
    }

    [Fact]
    public async Task It_ends_when_its_time_is_over_and_says_so()
    {
        using var session = tracer.Start(Request() with { Seconds = 1 })!;
        Assert.Equal(("end", "its time is over"), Assert.Single((await TakeAsync(session, 1)).Select(l => (l.Kind, l.Text))));
    }

    private static TraceRequest Request() => new("jabber", 600, false, "the test");

    private static async Task<List<TraceLine>> TakeAsync(TraceSession session, int count)
    {
        var lines = new List<TraceLine>();
        using var deadline = new CancellationTokenSource(Patience);
        await foreach (var line in session.LinesAsync(deadline.Token))
        {
            lines.Add(line);
            if (lines.Count == count) return lines;
        }

        throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {count} lines; there were: {string.Join('\n', lines.Take(20))}");
    }

    private TransportConnection Join(string peer) => network.Join(new Owner(peer == "jabber") { Peer = peer }, new Owner(false)).Dialled;

    /// <summary>An owner that reads everything and belongs to a peer, or does not know yet.</summary>
    private sealed class Owner(bool? isKnown) : IConnectionHandler
    {
        private volatile string? peer;

        public string? Peer
        {
            get => peer;
            set => peer = value;
        }

        public void OnOpened(TransportConnection connection)
        {
        }

        public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread) => unread.Length;

        public void OnSecured(TransportConnection connection)
        {
        }

        public bool? Concerns(string peerOrDomain) => peer is null ? isKnown : peer == peerOrDomain;

        public void OnClosed(TransportConnection connection, TransportReason reason, string detail)
        {
        }
    }

    /// <summary>A clock that stands still until it is moved; timers run in real time.</summary>
    private sealed class StillTime : TimeProvider
    {
        private long ticks = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref ticks);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

        public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
    }
}
