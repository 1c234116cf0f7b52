using LyncEdge.Dialogs;

namespace LyncEdge.Presence;

/// <summary>A user behind the gateway watching one of ours: the notifier's side (field facts B7, H13).</summary>
public sealed class Watcher
{
    public required Dialog Dialog { get; init; }

    /// <summary>The watcher, behind the gateway.</summary>
    public required string From { get; init; }

    /// <summary>Our user.</summary>
    public required string To { get; init; }

    public required string Format { get; set; }

    public string State { get; set; } = "active";

    public required DateTimeOffset ExpiresAt { get; set; }

    public IDisposable? ExpiryTimer { get; set; }

    public bool OffersBenotify { get; init; }

    public bool OffersPiggyback { get; init; }

    public bool IsNotifyOutstanding { get; set; }

    public Queue<Action> Waiting { get; } = new();
}
