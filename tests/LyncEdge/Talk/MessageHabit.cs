namespace LyncEdge.Talk;

/// <summary>How a user's client answers a MESSAGE (field fact H19). <see cref="Times"/> counts down to 200; negative is for ever.</summary>
public sealed record MessageHabit
{
    /// <summary>0: no answer at all.</summary>
    public int Status { get; init; } = 200;

    public int Times { get; init; } = -1;

    public int AfterMs { get; init; }

    public bool OnlyHtml { get; init; }

    public string? Phrase { get; init; }

    public string? Warning { get; init; }
}
