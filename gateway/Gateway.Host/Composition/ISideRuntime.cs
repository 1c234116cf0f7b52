using Gateway.Admin.Reports;
using Gateway.Federation;

namespace Gateway.Host.Composition;

/// <summary>One protocol side as the composition starts, shows and stops it.</summary>
public interface ISideRuntime : IAsyncDisposable
{
    ISide Side { get; }

    /// <summary>Binds the listeners; throws <see cref="ApplianceFailure"/> when an address is taken.</summary>
    Task StartAsync(CancellationToken cancellation);

    IReadOnlyList<ListenerStatus> Listeners();

    /// <summary>Connections with the name of the peer each belongs to; empty where that is not known yet.</summary>
    IReadOnlyList<(string Peer, ConnectionStatus Connection)> Connections();

    /// <summary>Why each peer could not be reached the last time, where it could not.</summary>
    IReadOnlyList<(string Peer, string Failure)> Failures();

    /// <summary>Targets of peers that failed and are left alone for a while; a side that keeps no such book has none.</summary>
    IReadOnlyList<(string Peer, TargetStatus Target)> Quarantined() => [];

    /// <summary>When peers that cannot be reached are tried again.</summary>
    IReadOnlyList<(string Peer, DateTimeOffset At)> NextTries() => [];

    /// <summary>Numbers worth showing, by name.</summary>
    IReadOnlyList<(string Name, long Value)> Numbers();

    /// <summary>Peers whose presence waits for its turn, and how much; a side without a pace has none.</summary>
    IReadOnlyList<(string Peer, int Waiting)> Paces() => [];

    /// <summary>Forgets why a domain, or any, could not be reached, so that it is tried at once; gives back how many failures there were.</summary>
    int ForgetFailures(string? domain) => 0;

    /// <summary>Accepts nothing new, finishes what is under way, says goodbye; returns at the latest when <paramref name="deadline"/> is cancelled.</summary>
    Task DrainAsync(CancellationToken deadline);
}
