using Gateway.Sip.Protocol.Dialogs;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Gateway.Sip.Presence;

/// <summary>
/// Own CSeq numbers of one durable dialog: taken from blocks that are reserved in the store before use, so that a restart continues above and never goes back
/// (RFC 3261 §12.2.1.1). Not thread-safe; the dialog's owner holds its gate.
/// </summary>
internal sealed class Sequence(SipSide side, Address presentity, Address watcher, string legId)
{
    private uint endOfBlock;

    /// <summary>True when the next number must first be reserved.</summary>
    public bool IsExhausted(DialogState dialog) => dialog.LocalCSeq + 1 >= endOfBlock;

    public async ValueTask<DialogState> ReserveAsync(DialogState dialog)
    {
        var first = await side.Crossing.ReserveSequenceAsync(presentity, watcher, legId, side.Stopping);
        endOfBlock = first + IPresenceEngine.SequenceBlockSize;
        // Advance comes before each use, so the number before the block's first is the one to stand on.
        return first > 0 && first - 1 > dialog.LocalCSeq ? Dialog.ContinueAt(dialog, first - 1) : dialog;
    }
}
