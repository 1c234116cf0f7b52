namespace Gateway.Host.Configuration.Editing;

/// <summary>How a change of the peers in the file came out.</summary>
public sealed record PeerChange(string File, string Peer)
{
    /// <summary>Whether the new text differs from the one in the file.</summary>
    public bool IsChanged { get; init; }

    public bool IsWritten { get; init; }

    /// <summary>The lines that come or go.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Copy of the file as it was before.</summary>
    public string? Backup { get; init; }

    /// <summary>What would be wrong with the file after the change; nothing is written then.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    public IReadOnlyList<Fault> Warnings { get; init; } = [];

    /// <summary>Why nothing was done, where it is no fault of the file.</summary>
    public string Refusal { get; init; } = "";

    public IReadOnlyList<string> NextSteps { get; init; } = [];
}
