using System.Text;

namespace Transport.Tests;

public sealed class ConnectionTests
{
    private static readonly TransportLimits Small = new() { UnsentBytesMax = 64 * 1024, UnreadBytesMax = 16 * 1024 };

    [Theory, InlineData(true), InlineData(false)]
    public async Task What_one_end_sends_the_other_receives_in_order(bool tls)
    {
        await using var rig = new Rig(tls: tls ? Rig.Mutual : null);
        var dialled = await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue("client.example"), tls);
        var expected = new StringBuilder();
        for (var i = 0; i < 5_000; i++)
        {
            expected.Append(i).Append(';');
            Assert.Equal(TransportReason.None, dialled.Connection!.TrySend(Encoding.ASCII.GetBytes($"{i};")));
        }
        var written = new Receipt();
        dialled.Connection!.TrySend("end."u8, written);

        var server = await rig.AcceptedAsync();
        await server.ReceivedAsync("end.");
        await written.ToldAsync();

        Assert.Equal(expected + "end.", server.Text);
        Assert.Equal(expected.Length + 4, dialled.Connection.BytesOut);
    }

    [Fact]
    public async Task Bytes_the_owner_leaves_are_shown_again_with_what_follows()
    {
        // The owner takes whole lines only, and the other end sends one byte at a time.
        await using var rig = new Rig(handler: () => new RecordingHandler { OnBytes = static (_, unread) => unread.Span.LastIndexOf((byte)'\n') + 1 });
        var dialled = await rig.DialAsync(new RecordingHandler(), tls: false);
        foreach (var one in "hello\nworld\n"u8.ToArray()) dialled.Connection!.TrySend([one]);

        var server = await rig.AcceptedAsync();
        await server.ReceivedAsync("world\n");

        Assert.Equal("hello\nworld\n", server.Text);
    }

    [Fact]
    public async Task An_owner_that_finds_no_message_within_the_limit_ends_the_connection()
    {
        await using var rig = new Rig(Small, handler: () => new RecordingHandler { OnBytes = static (_, _) => 0 });
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, tls: false);
        dialled.Connection!.TrySend(new byte[20_000]);

        var server = await rig.AcceptedAsync();
        await client.ClosedAsync();

        Assert.Equal(TransportReason.ReceiveBufferFull, (await server.ClosedAsync()).Reason);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_fills_the_bounded_queue_and_is_cut_after_the_limit()
    {
        var time = new HandTime();
        using var gate = new ManualResetEventSlim();
        var blocking = new RecordingHandler { OnBytes = (_, unread) => { gate.Wait(TimeSpan.FromMinutes(5)); return unread.Length; } };
        await using var rig = new Rig(Small, time, handler: () => blocking);
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, tls: false);
        var receipt = new Receipt();
        var chunk = new byte[16 * 1024];

        var sent = 0;
        TransportReason refusal;
        while ((refusal = dialled.Connection!.TrySend(chunk, receipt)) == TransportReason.None && sent < 10_000) sent++;

        Assert.Equal(TransportReason.SendQueueFull, refusal);
        Assert.InRange(dialled.Connection.UnsentBytes, 1, Small.UnsentBytesMax);
        // The kernel may take a last piece late, and the time counts from there.
        await RecordingHandler.Until(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(31));
                return dialled.Connection.IsClosed;
            },
            "the slow reader to be cut");
        Assert.Equal(TransportReason.SlowReader, (await client.ClosedAsync()).Reason);
        Assert.Equal(TransportReason.Closed, dialled.Connection.TrySend(chunk));
        // Every accepted send heard what became of it, and those that did not leave heard the reason.
        Assert.Equal(sent, receipt.Outcomes.Count);
        Assert.Equal(TransportReason.SlowReader, receipt.Outcomes[^1]);
        gate.Set();
    }

    [Fact]
    public async Task Receipts_come_in_order_after_the_write()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var dialled = await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue("client.example"));
        var order = new List<int>();
        for (var i = 0; i < 100; i++)
        {
            var n = i;
            dialled.Connection!.TrySend("x"u8, new Receipt(_ =>
            {
                lock (order) order.Add(n);
            }));
        }
        var last = new Receipt();
        dialled.Connection!.TrySend("end."u8, last);
        await (await rig.AcceptedAsync()).ReceivedAsync("end.");
        await last.ToldAsync();

        lock (order) Assert.Equal(Enumerable.Range(0, 100), order);
    }

    [Fact]
    public async Task Sends_of_one_batch_leave_in_one_write_per_connection()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var tap = new WriteCounter();
        rig.Hub.Tap = tap;
        var dialled = await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue("client.example"));
        using (SendBatch.Begin())
        {
            for (var i = 0; i < 50; i++) dialled.Connection!.TrySend("message;"u8);
            Assert.Equal(0, tap.Writes);
        }
        await (await rig.AcceptedAsync()).ReceivedAsync(string.Concat(Enumerable.Repeat("message;", 50)));

        Assert.Equal(1, tap.Writes);
    }

    [Fact]
    public async Task Answers_given_while_receiving_reach_the_peer()
    {
        await using var rig = new Rig(tls: Rig.Mutual, handler: () => new RecordingHandler
        {
            OnBytes = static (c, unread) =>
            {
                c.TrySend(unread.Span);
                return unread.Length;
            },
        });
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, Rig.Lab.Issue("client.example"));
        dialled.Connection!.TrySend("echo"u8);

        await client.ReceivedAsync("echo");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Close_lets_everything_queued_leave_first_and_both_ends_say_why(bool tls)
    {
        await using var rig = new Rig(new TransportLimits { LingerSecondsMax = 600 }, tls: tls ? Rig.Mutual : null);
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, Rig.Lab.Issue("client.example"), tls);
        var big = new string('x', 500_000);
        dialled.Connection!.TrySend(Encoding.ASCII.GetBytes(big));
        dialled.Connection.TrySend("</stream:stream>"u8);
        dialled.Connection.Close(TransportReason.Stopping, "drain");
        Assert.Equal(TransportReason.Closed, dialled.Connection.TrySend("late"u8));

        var server = await rig.AcceptedAsync();
        Assert.Equal(TransportReason.ClosedByPeer, (await server.ClosedAsync()).Reason);
        Assert.Equal((TransportReason.Stopping, "drain"), await client.ClosedAsync());
        Assert.Equal(big + "</stream:stream>", server.Text);
        Assert.Equal((1, 1), (client.Closes, server.Closes));
    }

    [Fact]
    public async Task A_silent_connection_ends_at_its_idle_limit()
    {
        var time = new HandTime();
        await using var rig = new Rig(time: time);
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, tls: false);
        await (await rig.AcceptedAsync()).OpenedAsync();
        dialled.Connection!.IdleSecondsMax = 60;

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(dialled.Connection.IsClosed);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(TransportReason.IdleTimeout, (await client.ClosedAsync()).Reason);
    }

    [Fact]
    public async Task An_owner_that_throws_loses_only_its_own_connection()
    {
        await using var rig = new Rig(handler: () => new RecordingHandler { OnBytes = static (_, _) => throw new InvalidOperationException("a bug") });
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, tls: false);
        var server = await rig.AcceptedAsync();
        var bystander = await rig.DialAsync(new RecordingHandler(), tls: false);
        dialled.Connection!.TrySend("x"u8);

        Assert.Equal("a bug", (await rig.FailedAsync()).Message);
        await client.ClosedAsync();
        Assert.Equal(TransportReason.HandlerFailed, (await server.ClosedAsync()).Reason);
        Assert.False(bystander.Connection!.IsClosed);
    }

    [Fact]
    public async Task The_table_of_connections_is_empty_after_the_last_one_closed()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var client = new RecordingHandler();
        var dialled = await rig.DialAsync(client, Rig.Lab.Issue("client.example"));
        var server = await rig.AcceptedAsync();
        Assert.Equal(2, rig.Hub.Count);
        dialled.Connection!.TrySend("12345"u8);
        await server.ReceivedAsync("12345");

        dialled.Connection!.Close();
        await client.ClosedAsync();
        await server.ClosedAsync();

        Assert.Equal(0, rig.Hub.Count);
        Assert.Empty(rig.Hub.Connections);
        Assert.Equal((5, 5), (rig.Hub.BytesIn, rig.Hub.BytesOut));
    }

    private sealed class Receipt(Action<TransportReason>? also = null) : ISendReceipt
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<TransportReason> Outcomes { get; } = [];

        public Task ToldAsync() => RecordingHandler.Within(_told.Task, "a receipt");

        public void OnWritten(TransportReason outcome)
        {
            Outcomes.Add(outcome);
            also?.Invoke(outcome);
            _told.TrySetResult();
        }
    }

    private sealed class WriteCounter : IWireTap
    {
        private int _writes;

        public int Writes => Volatile.Read(ref _writes);

        public void OnBytes(TransportConnection connection, bool isReceived, ReadOnlySpan<byte> bytes)
        {
            if (!isReceived && !connection.IsAccepted) Interlocked.Increment(ref _writes);
        }
    }
}
