using Certificates;

namespace Transport.Tests;

public sealed class MemoryNetworkTests
{
    [Fact]
    public async Task Two_owners_talk_without_sockets_and_both_hear_the_end()
    {
        using var hub = new TransportHub(new TransportLimits(), new HandTime());
        var (left, right) = (new RecordingHandler(), new RecordingHandler());
        var leaf = Rig.Lab.Issue("sip.contoso.example").Certificate;
        var (dialled, accepted) = new MemoryNetwork(hub).Join(left, right, seenByListener: new PeerEvidence(leaf, [], "memory", "Tls13", "none"));

        dialled.TrySend("to the right"u8);
        accepted.TrySend("to the left"u8);
        await right.ReceivedAsync("to the right");
        await left.ReceivedAsync("to the left");
        Assert.Same(leaf, accepted.Evidence.Leaf);
        dialled.TrySend("bye"u8);
        dialled.Close(TransportReason.ClosedByUs, "done");

        Assert.Equal(TransportReason.ClosedByUs, (await left.ClosedAsync()).Reason);
        Assert.Equal(TransportReason.ClosedByPeer, (await right.ClosedAsync()).Reason);
        Assert.EndsWith("bye", right.Text, StringComparison.Ordinal);
        Assert.Equal(0, hub.Count);
    }
}
