using Presence.Core.Model;

namespace Presence.Core.Ports;

/// <summary>The presence engine as the rest of the gateway sees it: commands in, answers once durable; look-ups; sequence blocks.</summary>
public interface IPresenceEngine
{
    /// <summary>
    /// Decides <paramref name="command"/> on the unit of <paramref name="presentity"/>; completes when its facts are durable. Effects leave afterwards, by <see cref="IEffectPerformer"/>.
    /// </summary>
    ValueTask<PresenceReply> SubmitAsync(Address presentity, PresentityCommand command, CancellationToken cancellation);

    /// <summary>The pair as it stands, or null when the unit does not know this watcher. Serves in-dialog requests after a restart (the leg is in it).</summary>
    ValueTask<WatcherView?> FindAsync(Address presentity, Address watcher, CancellationToken cancellation);

    /// <summary>
    /// Reserves the next block of <see cref="SequenceBlockSize"/> CSeq numbers for one leg durably and returns its first number (RFC 3261 §12.2.1.1: gaps are legal, going back is not).
    /// </summary>
    ValueTask<uint> ReserveSequenceAsync(Address presentity, Address watcher, string legId, CancellationToken cancellation);

    public const uint SequenceBlockSize = 1_000;
}
