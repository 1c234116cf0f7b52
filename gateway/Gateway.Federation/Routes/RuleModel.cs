using System.Collections.Immutable;

namespace Gateway.Federation.Routes;

/// <summary>
/// One rule of the ordered list that is asked before the routes (PS-077, PSB-067, PSB-079): the first that fits decides. An empty list of a condition fits everything. A rule sends
/// through <see cref="Through"/>, or refuses with <see cref="Rejection"/>, or, with neither, leaves the matter to the routes and so takes it from the rules behind it.
/// </summary>
public sealed record RuleModel(string Name)
{
    /// <summary>Senders: a domain, <c>*.suffix</c>, <c>*</c> or one bare address.</summary>
    public ImmutableArray<string> From { get; init; } = [];

    /// <summary>Addressees, written alike.</summary>
    public ImmutableArray<string> To { get; init; } = [];

    /// <summary>Names of the configured peers it came from.</summary>
    public ImmutableArray<string> Sources { get; init; } = [];

    /// <summary>What crosses.</summary>
    public ImmutableArray<PassageKind> Kinds { get; init; } = [];

    /// <summary>Names of the peers it leaves through, in the order of trial.</summary>
    public ImmutableArray<string> Through { get; init; } = [];

    /// <summary>What the sender is told instead; its <see cref="Failure.SipStatus"/> is the answer of a SIP sender.</summary>
    public Failure? Rejection { get; init; }
}
