namespace Transport.Tests;

/// <summary>Many connections, many threads, ends at any moment: every accepted send is settled once, every place comes back.</summary>
public sealed class ChurnTests
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task Sends_from_many_threads_across_closes_and_aborts_are_settled_exactly_once(bool tls)
    {
        var limits = new TransportLimits { UnsentBytesMax = 256 * 1024, AcceptsPerSecondMax = 1_000, AcceptsPerSecondPerAddressMax = 1_000, ConnectionsPerAddressMax = 200 };
        await using var rig = new Rig(limits, tls: tls ? Rig.Mutual : null, handler: () => new RecordingHandler { OnBytes = static (_, unread) => unread.Length });
        var own = Rig.Lab.Issue("client.example");
        var random = new Random(42);
        for (var round = 0; round < 12; round++)
        {
            var client = new RecordingHandler();
            var connection = (await rig.DialAsync(client, own, tls)).Connection!;
            var server = await rig.AcceptedAsync();
            var tally = new Tally();
            var stopAt = random.Next(1, 400);
            var ending = round % 3;
            await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() => Send(connection, tally, stopAt, ending, t))));
            connection.Close();
            await client.ClosedAsync();
            await server.ClosedAsync();

            Assert.Equal(tally.Accepted, tally.Settled);
            Assert.Equal((1, 1), (client.Closes, server.Closes));
            Assert.Equal(0, connection.UnsentBytes);
        }
        Assert.Equal(0, rig.Hub.Count);
    }

    private static void Send(TransportConnection connection, Tally tally, int stopAt, int ending, int thread)
    {
        var chunk = new byte[300];
        for (var i = 0; i < 500; i++)
        {
            using var batch = SendBatch.Begin();
            for (var j = 0; j < 5; j++)
                if (connection.TrySend(chunk, tally) == TransportReason.None) Interlocked.Increment(ref tally.Accepted);
            if (thread != 0 || i != stopAt) continue;
            if (ending == 1) connection.Abort();
            else if (ending == 2) connection.Close(TransportReason.Stopping);
        }
    }

    private sealed class Tally : ISendReceipt
    {
        public int Accepted;
        private int _settled;

        public int Settled => Volatile.Read(ref _settled);

        public void OnWritten(TransportReason outcome) => Interlocked.Increment(ref _settled);
    }
}
