using Gateway.Federation;
using Gateway.Host.Composition;
using Gateway.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Host.Tests.Running;

/// <summary>Ends of connections that an operator must see in status: limits a peer did not keep to, and defects of ours.</summary>
public sealed class TransportLogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(TransportReason.SlowReader, true)]
    [InlineData(TransportReason.ReceiveBufferFull, true)]
    [InlineData(TransportReason.ClosedByUs, false)]
    [InlineData(TransportReason.ConnectionLost, false)]
    public async Task A_connection_that_was_cut_for_a_limit_is_told_and_an_ordinary_end_is_not(TransportReason reason, bool isTold)
    {
        var refusals = new RecentRefusals(TimeProvider.System);
        using var hub = new TransportHub(new TransportLimits(), TimeProvider.System, new TransportLog(NullLogger<TransportLog>.Instance, refusals));
        var owner = new Owner(isFaulty: false);
        var (connection, _) = new MemoryNetwork(hub).Join(owner, new Owner(isFaulty: false));

        connection.Abort(reason, "why");
        await owner.Ended.Task.WaitAsync(Patience);

        Assert.Equal(isTold ? [("127.0.0.1", $"transport.{reason}", "why (memory)")] : [], refusals.Snapshot().Select(r => (r.Subject, r.Reason, r.Text)));
    }

    [Fact]
    public async Task A_defect_of_ours_is_told_without_its_words()
    {
        var refusals = new RecentRefusals(TimeProvider.System);
        using var hub = new TransportHub(new TransportLimits(), TimeProvider.System, new TransportLog(NullLogger<TransportLog>.Instance, refusals));
        var owner = new Owner(isFaulty: true);
        var (_, other) = new MemoryNetwork(hub).Join(owner, new Owner(isFaulty: false));

        other.TrySend("x"u8);
        await owner.Ended.Task.WaitAsync(Patience);

        var told = Assert.Single(refusals.Snapshot());
        Assert.Equal("transport.HandlerFailed", told.Reason);
        Assert.DoesNotContain("juliet", told.Text, StringComparison.Ordinal);
    }

    private sealed class Owner(bool isFaulty) : IConnectionHandler
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnOpened(TransportConnection connection)
        {
        }

        public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread) => isFaulty ? throw new InvalidOperationException("juliet") : unread.Length;

        public void OnSecured(TransportConnection connection)
        {
        }

        public void OnClosed(TransportConnection connection, TransportReason reason, string detail) => Ended.TrySetResult();
    }
}
