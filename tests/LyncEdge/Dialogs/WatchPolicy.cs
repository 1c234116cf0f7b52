namespace LyncEdge.Dialogs;

/// <summary>What a Microsoft user's home server answers to a watcher (field facts B7, H14).</summary>
public enum WatchPolicy
{
    Allow,

    /// <summary>Polite block: 200 and a closed state (B7 rule 2).</summary>
    Block,

    /// <summary>403.</summary>
    Deny,

    /// <summary>404.</summary>
    Unknown,

    /// <summary>202 and a pending NOTIFY.</summary>
    Pending,
}
