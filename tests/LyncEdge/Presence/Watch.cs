using LyncEdge.Dialogs;

namespace LyncEdge.Presence;

/// <summary>One of our users watching a user behind the gateway: the subscriber's side (field facts B2, B8, H11).</summary>
public sealed class Watch
{
    public required Dialog Dialog { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>trying, neutral, pending, active or terminated.</summary>
    public string State { get; set; } = "trying";

    public bool IsPoll { get; init; }

    /// <summary>What the first SUBSCRIBE accepted, when not the profile's list.</summary>
    public string? Accept { get; init; }

    public int? AskedExpires { get; set; }

    public int GrantedExpires { get; set; }

    public bool Refreshes { get; init; }

    public IDisposable? RefreshTimer { get; set; }

    public IDisposable? NotifyTimer { get; set; }

    /// <summary>Accepted or pending SUBSCRIBEs whose NOTIFY has not come yet (RFC 6665 §4.2.1.2: exactly one each).</summary>
    public int NotifiesOwed { get; set; }

    /// <summary>How often the same may be said again: once for each SUBSCRIBE.</summary>
    public int RepeatsAllowed { get; set; }

    /// <summary>The latest SUBSCRIBE has its final response.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>State and body of the last NOTIFY: the same again, unasked, is a duplicate.</summary>
    public string? LastNotify { get; set; }

    public SeenPresence? Seen { get; set; }

    /// <summary>How many NOTIFYs get <see cref="AnswerStatus"/> before 200 again.</summary>
    public int AnswerTimes { get; set; }

    public int AnswerStatus { get; set; } = 200;

    public void StopTimers()
    {
        RefreshTimer?.Dispose();
        NotifyTimer?.Dispose();
    }
}
