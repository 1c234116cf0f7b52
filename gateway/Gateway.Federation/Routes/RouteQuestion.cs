using Presence.Core.Model;

namespace Gateway.Federation.Routes;

/// <summary>What an explanation is asked about beyond the two addresses.</summary>
public sealed record RouteQuestion(Address From, Address To)
{
    /// <summary>What crosses.</summary>
    public PassageKind Kind { get; init; } = PassageKind.Message;

    /// <summary>Name of the configured peer it comes from; null: the one that speaks for the sender's domain.</summary>
    public string? Source { get; init; }

    /// <summary>Tells what the running gateway has against a peer; null when nothing is known of it.</summary>
    public Func<string, PeerTrouble?>? TroubleOf { get; init; }
}
