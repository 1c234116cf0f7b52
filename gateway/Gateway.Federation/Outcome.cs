using Presence.Core.Model;

namespace Gateway.Federation;

/// <summary>How a passage ended: delivered, or failed with a neutral condition, the public reason name and safe words for the far user.</summary>
public readonly record struct Outcome
{
    private Outcome(Failure? failure) => Failure = failure;

    public static Outcome Delivered => default;

    /// <summary>Null when delivered.</summary>
    public Failure? Failure { get; }

    public bool IsDelivered => Failure is null;

    public static Outcome Failed(Failure failure) => new(failure);

    public static Outcome Failed(Condition condition, string reason, string text) => new(new Failure(condition, reason, text));
}

/// <summary>
/// A failure's public face. <see cref="Reason"/> is the closed public name (<c>room.Member</c>) that stands in log, metric and test; <see cref="Text"/> is safe to show to
/// the far user; <see cref="IsBare"/> tells whether it concerns the bare address (RFC 7247 §7.1 distinguishes).
/// </summary>
public sealed record Failure(Condition Condition, string Reason, string Text)
{
    public int? RetryAfterSeconds { get; init; }

    public bool IsBare { get; init; } = true;

    /// <summary>Nothing of it was handed to the far system, which could not be reached: it may go another way without being there twice.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>Waiting does not help: somebody must change something first.</summary>
    public bool IsLasting { get; init; }

    /// <summary>The status a SIP peer gave, or 0.</summary>
    public int SipStatus { get; init; }
}
