using System.Collections.Immutable;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Routes;
using Gateway.Host.Configuration.Options;
using Gateway.Mapping.Errors;

namespace Gateway.Host.Configuration;

/// <summary>Makes rules of their options: methods and event packages become what crosses, a SIP status the failure that both protocols tell.</summary>
public static class RuleBuilder
{
    /// <summary>
    /// What each method is to the crossing. A conversation crosses as INVITE, MESSAGE and INFO alike, whichever the far side speaks: a rule that caught one of them would lose the others.
    /// </summary>
    private static readonly Dictionary<string, PassageKind[]> KindsByMethod = new(StringComparer.OrdinalIgnoreCase)
    {
        ["SUBSCRIBE"] = [PassageKind.Watch],
        ["NOTIFY"] = [PassageKind.Presence],
        ["MESSAGE"] = [PassageKind.Message, PassageKind.ChatState],
        ["INVITE"] = [PassageKind.Message, PassageKind.ChatState],
        ["INFO"] = [PassageKind.Message, PassageKind.ChatState],
        ["OPTIONS"] = [PassageKind.Query],
    };

    private static readonly PassageKind[] PresenceKinds = [PassageKind.Watch, PassageKind.Presence];

    /// <summary>The methods a rule may name.</summary>
    public static IReadOnlyCollection<string> Methods => KindsByMethod.Keys;

    /// <summary>The statuses a rule may reject with: those that say something of the user or the way, and need no header of their own.</summary>
    public static IReadOnlyList<int> Statuses { get; } = [403, 404, 410, 480, 484, 486, 488, 502, 504, 600, 603, 604, 606];

    /// <summary>What crosses under these words; empty means everything, null nothing at all.</summary>
    public static ImmutableArray<PassageKind>? KindsOf(IReadOnlyList<string> methods, IReadOnlyList<string> events)
    {
        var kinds = methods.Where(KindsByMethod.ContainsKey).SelectMany(m => KindsByMethod[m]).Distinct().ToImmutableArray();
        if (events.Count == 0) return kinds;
        var left = PresenceKinds.Where(k => kinds.IsEmpty || kinds.Contains(k)).ToImmutableArray();
        return left.IsEmpty ? null : left;
    }

    public static RuleModel Build(RuleOptions rule) => new(rule.Name)
    {
        From = [.. rule.From.Select(Party)],
        To = [.. rule.To.Select(Party)],
        Sources = [.. rule.Source],
        Kinds = KindsOf(rule.Methods, rule.Events) ?? [],
        Through = [.. rule.Through],
        Rejection = rule.Reject == 0 ? null : Rejection(rule.Reject, rule.Text),
    };

    private static Failure Rejection(int status, string text)
    {
        var usual = FederationReasons.FailureOf(FederationReason.RejectedByRule);
        return usual with { Condition = ErrorTable.ConditionOf(status), SipStatus = status, Text = text.Length == 0 ? usual.Text : text };
    }

    private static string Party(string text) =>
        text.Contains('@', StringComparison.Ordinal) ? $"{text[..text.LastIndexOf('@')].ToLowerInvariant()}@{DomainNames.ToAscii(text[(text.LastIndexOf('@') + 1)..])}" : DomainNames.ToAscii(text);
}
