using Presence.Engine;

namespace Gateway.Host.Reasons;

/// <summary>Rows of the presence engine; they stand in log and metric only, senders see the core's reasons.</summary>
internal static class EngineRows
{
    public static IEnumerable<ReasonRow> All =>
    [
        Row(EngineReason.None, "Nothing failed.", "Nothing was refused."),
        Row(EngineReason.StoreFailed, "The store failed; senders were told presence.StoreUnavailable.", "Check the disk of store.sqlite: space, permissions, errors in the system's log."),
        Row(EngineReason.StaleTooOften, "A unit lost the race for its version too often.", "Nothing, unless it happens often; then report it."),
        Row(EngineReason.DocumentUnreadable, "A stored document cannot be read; its unit is refused.", "The store was changed by hand, damaged, or written by a newer version."),
        Row(EngineReason.PerformerFailed, "A side failed to perform an effect; it is tried again.", "Report it with the error of the log."),
        Row(EngineReason.EffectGivenUp, "An effect could not be performed for too long.", "Look at the peer it was for: `gateway doctor PEER`."),
        Row(EngineReason.Bug, "A defect of ours.", "Report it with the error of the log."),
    ];

    private static ReasonRow Row(EngineReason reason, string text, string nextStep) => new($"engine.{reason}", "", "", text, nextStep);
}
