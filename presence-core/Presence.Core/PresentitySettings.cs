using Presence.Core.Authorization;

namespace Presence.Core;

/// <summary>The numbers by which a presentity decides: lifetimes (RFC 3856 §6.4), retries (RFC 6665 §4.1.3) and limits. Values, never read from a file here.</summary>
public sealed record PresentitySettings
{
    public static PresentitySettings Default { get; } = new();

    /// <summary>Granted when the watcher names no time (RFC 3856 §6.4).</summary>
    public int ExpiresSecondsDefault { get; init; } = 3_600;

    /// <summary>A shorter wish is refused with <see cref="Model.PresenceReason.ExpiresTooBrief"/> (RFC 6665 §4.2.1.1).</summary>
    public int ExpiresSecondsMin { get; init; } = 60;

    /// <summary>A longer wish is granted this much.</summary>
    public int ExpiresSecondsMax { get; init; } = 86_400;

    /// <summary>How long after its end a leg may still be refreshed: the refresh may be on its way.</summary>
    public int LegGraceSeconds { get; init; } = 2;

    /// <summary>How long a poll waits for the presentity's home before it is answered with what is known.</summary>
    public int PollAnswerSeconds { get; init; } = 4;

    /// <summary>After this a granted upstream that answered nothing counts as silent: the presentity is shown offline. Longer than a SIP transaction may last (RFC 3261 §17.1.2.2).</summary>
    public int RefreshAnswerSeconds { get; init; } = 40;

    /// <summary>After this an asking that brought no answer is repeated; subscribe is idempotent (RFC 6121 Appendix A).</summary>
    public int AskAgainSeconds { get; init; } = 86_400;

    /// <summary>How long after an asking presence from a home that has not agreed makes it be asked again.</summary>
    public int UnconfirmedAskSeconds { get; init; } = 60;

    /// <summary>How long watchers keep seeing the last state while the upstream cannot be reached.</summary>
    public int OfflineGraceSeconds { get; init; } = 60;

    /// <summary>First pause after a failure; doubled each time.</summary>
    public int RetrySecondsMin { get; init; } = 5;

    /// <summary>The longest pause of our own making (<c>subscriptionFailureRetry</c>); a peer's Retry-After may ask for more.</summary>
    public int RetrySecondsMax { get; init; } = 3_600;

    /// <summary>The longest Retry-After that is honoured.</summary>
    public int RetryAfterSecondsMax { get; init; } = 86_400;

    /// <summary>How long after its end an upstream that did not refresh itself is given before the unit asks again.</summary>
    public int UpstreamGraceSeconds { get; init; } = 30;

    /// <summary>How long a refusal is remembered, so that the last words to the watcher can be chosen.</summary>
    public int DeniedSeconds { get; init; } = 600;

    /// <summary>When set, a watcher that ends its last leg gives its authorization up too. Off: SIP cannot express that (RFC 8048 §5.1).</summary>
    public bool UnsubscribeRemovesAuthorization { get; init; }

    public int WatchersMax { get; init; } = 1_000;

    public int LegsMax { get; init; } = 16;

    public int FragmentsMax { get; init; } = 20;

    public int NoteCharactersMax { get; init; } = 1_000;

    /// <summary>RFC 7622 §3.4: a resourcepart has at most 1023 octets.</summary>
    public int EndpointCharactersMax { get; init; } = 1_023;

    public int LegIdCharactersMax { get; init; } = 1_024;

    /// <summary>Who may never watch whom, by the gateway's own rules.</summary>
    public AccessList Access { get; init; } = AccessList.Empty;

    /// <summary>Names every incoherent pair of numbers; empty when the settings may be used.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (ExpiresSecondsMin < 1) faults.Add("ExpiresSecondsMin must be at least 1.");
        if (ExpiresSecondsDefault < ExpiresSecondsMin || ExpiresSecondsDefault > ExpiresSecondsMax) faults.Add("ExpiresSecondsDefault must lie between ExpiresSecondsMin and ExpiresSecondsMax.");
        if (RetrySecondsMin < 1 || RetrySecondsMin > RetrySecondsMax) faults.Add("RetrySecondsMin must lie between 1 and RetrySecondsMax.");
        if (RetrySecondsMax > RetryAfterSecondsMax) faults.Add("RetrySecondsMax must not exceed RetryAfterSecondsMax.");
        if (PollAnswerSeconds >= RefreshAnswerSeconds) faults.Add("PollAnswerSeconds must be less than RefreshAnswerSeconds.");
        if (WatchersMax < 1 || LegsMax < 1 || FragmentsMax < 1) faults.Add("WatchersMax, LegsMax and FragmentsMax must be at least 1.");
        return faults;
    }
}
