using System.Collections.Frozen;
using Gateway.Federation;
using Presence.Core.Model;

namespace Gateway.Mapping.Errors;

/// <summary>
/// The one table that turns failures into SIP answers and SIP answers into failures: RFC 7247 §7 with RFC 4320 §4.2 (no 408 to a non-INVITE) and the Microsoft overrides (field facts D4, D5).
/// XMPP conditions are the neutral ones by name, see <c>Gateway.Mapping.Xmpp.XmppErrors</c>.
/// </summary>
public static class ErrorTable
{
    private const int RetryAfterSecondsDefault = 30;

    private static readonly FrozenDictionary<Condition, ConditionRow> ByCondition = ErrorRows.Conditions.ToFrozenDictionary(r => r.Condition);
    private static readonly FrozenDictionary<int, Condition> ByStatus = ErrorRows.Statuses.ToFrozenDictionary(r => r.Status, r => r.Condition);
    private static readonly string Overloaded = FederationReasons.NameOf(FederationReason.Overloaded);
    private static readonly string ExpiresTooBrief = PresenceFailures.NameOf(PresenceReason.ExpiresTooBrief);
    private static readonly string RejectedByRule = FederationReasons.NameOf(FederationReason.RejectedByRule);
    private static readonly string InternalError = FederationReasons.NameOf(FederationReason.InternalError);

    /// <summary>The final response that tells a SIP peer of <paramref name="failure"/>.</summary>
    public static SipAnswer ToSip(Failure failure, SipRequestKind kind, bool isMicrosoft)
    {
        var row = ByCondition[failure.Condition];
        var status = isMicrosoft ? row.Microsoft : failure.IsBare ? row.Bare : row.Full;

        // RFC 4320 §4.2; what cannot be reached in time is 504, what does not exist 404.
        if (status == 408 && kind == SipRequestKind.NonInvite) status = 504;

        // The only two that are about the gateway and not about the user; 503 is for nothing else.
        if (failure.Reason == Overloaded) status = 503;
        else if (failure.Reason == InternalError) status = 500;

        // RFC 6665 §4.2.1.1; the caller adds Min-Expires.
        else if (failure.Reason == ExpiresTooBrief) status = 423;

        // The operator's own word, and his rule's (PSB-067).
        else if (failure.Reason == RejectedByRule && failure.SipStatus > 0) status = failure.SipStatus;
        var retryAfter = failure.RetryAfterSeconds ?? (failure.Condition == Condition.ResourceConstraint && status == 480 ? RetryAfterSecondsDefault : null);
        return new SipAnswer(status, retryAfter, failure.Text.Length == 0 ? failure.Reason : $"{failure.Reason}: {failure.Text}");
    }

    /// <summary>
    /// What a final failure response of a SIP peer means. <paramref name="diagnosticsId"/> and <paramref name="diagnosticsReason"/> are those of <c>ms-diagnostics-public</c>, else null;
    /// <paramref name="warningCode"/> is the first Warning's.
    /// </summary>
    public static Failure FromSip(int status, string phrase, int? diagnosticsId = null, string? diagnosticsReason = null, int? warningCode = null, int? retryAfterSeconds = null)
    {
        var condition = ConditionOf(status);

        // COMPAT(Lync, Skype for Business): a content filter says 606 with Warning 309 (field fact C5), fixture ErrorTableTests.
        if (status == 606 && warningCode == 309) condition = Condition.PolicyViolation;
        else if (diagnosticsId is { } id && ConditionOfDiagnostics(id) is { } told) condition = told;

        // RFC 7247 §7.2: gone must carry the new address; a 301 without one that we would follow is no better than 410 without.
        var text = diagnosticsReason is null ? $"{status} {phrase}" : $"{status} {phrase}: {diagnosticsReason}";
        return new Failure(condition, MappingReasons.NameOf(MappingReason.RefusedBySip), text)
        {
            SipStatus = status,
            RetryAfterSeconds = retryAfterSeconds,

            // The global failures and 501 speak of the user wherever he is, all others of the place that answered: a 404 must not become a 604 on its way through.
            IsBare = status is >= 600 or 501,
        };
    }

    /// <summary>The neutral condition of a status, by its row or its family.</summary>
    public static Condition ConditionOf(int status) => ByStatus.TryGetValue(status, out var condition) ? condition : ErrorRows.FamilyOf(status);

    // COMPAT(OCS to Skype for Business): one status covers several causes, the diagnostics number tells them apart (field fact A9), fixture ErrorTableTests.
    private static Condition? ConditionOfDiagnostics(int id) => id switch
    {
        1003 or 4005 => Condition.ItemNotFound,
        1005 or 1008 or 1014 => Condition.RemoteServerNotFound,
        1001 or 1002 or 1012 => Condition.Forbidden,
        1017 or 1027 => Condition.NotAllowed,
        1038 or 1046 => Condition.RemoteServerTimeout,
        _ => null,
    };
}
