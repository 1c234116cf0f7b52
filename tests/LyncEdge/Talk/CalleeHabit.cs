namespace LyncEdge.Talk;

/// <summary>How a user's clients answer an INVITE (field fact H17).</summary>
public sealed record CalleeHabit
{
    /// <summary>accept, reject, silent or hold (until <c>release</c>).</summary>
    public string Mode { get; init; } = "accept";

    public int AfterMs { get; init; }

    /// <summary>Provisional answers in order; 101 carries its diagnostics.</summary>
    public IReadOnlyList<int> Provisionals { get; init; } = [100, 101, 180];

    /// <summary>How many endpoints ring: each gives provisionals a To tag of its own.</summary>
    public int Forks { get; init; } = 1;

    public int Status { get; init; } = 480;

    public string? Phrase { get; init; }

    public string? Warning { get; init; }

    /// <summary>Replaces the profile's a=accept-types in our answer.</summary>
    public string? AcceptTypes { get; init; }

    public bool Echoes { get; init; }
}
