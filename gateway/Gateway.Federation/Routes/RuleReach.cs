using System.Collections.Immutable;
using Presence.Core.Model;

namespace Gateway.Federation.Routes;

/// <summary>
/// Finds rules that nothing can ever reach, because those before them take everything they fit (PSB-079). Patterns of domains lie one within the other or apart, so one address that
/// only the pattern itself fits stands for all of it, and the question is decided by trying every combination of such addresses.
/// </summary>
internal static class RuleReach
{
    // A longer search would hold up the start; a list of that size is not judged.
    private const int PointsMax = 20_000;

    /// <summary>In no domain and in no address of a configuration.</summary>
    private const string Fresh = "\0";

    /// <summary>Each such rule with the one that takes all of it, null where several do together.</summary>
    public static IEnumerable<(int Index, Rule Rule, Rule? By)> FindUnreachable(ImmutableArray<RuleModel> models)
    {
        var rules = models.Select((m, i) => new Rule(m, i, null)).ToList();
        var senders = models.SelectMany(m => m.From).Select(Stand).Append(Stand("*")).Distinct().ToList();
        var addressees = models.SelectMany(m => m.To).Select(Stand).Append(Stand("*")).Distinct().ToList();
        var sources = models.SelectMany(m => m.Sources).Append(Fresh).Distinct(StringComparer.Ordinal).ToList();
        for (var i = 1; i < rules.Count; i++)
        {
            var rule = rules[i];
            var froms = senders.Where(rule.FitsSender).ToList();
            var tos = addressees.Where(rule.FitsAddressee).ToList();
            var ways = sources.Where(rule.FitsSource).ToList();
            if ((long)froms.Count * tos.Count * ways.Count > PointsMax) continue;
            var near = rules.Take(i).Where(r => (r.KindMask & rule.KindMask) != 0 && froms.Exists(r.FitsSender) && tos.Exists(r.FitsAddressee) && ways.Exists(r.FitsSource)).ToList();
            if (IsTaken(rule, near, froms, tos, ways, out var by)) yield return (i, rule, by);
        }
    }

    private static bool IsTaken(Rule rule, List<Rule> earlier, List<Address> froms, List<Address> tos, List<string> ways, out Rule? by)
    {
        by = null;
        var alone = new List<Rule>(earlier);
        foreach (var from in froms)
            foreach (var to in tos)
                foreach (var way in ways)
                {
                    var left = rule.KindMask;
                    foreach (var other in earlier)
                    {
                        var fits = other.FitsSender(from) && other.FitsAddressee(to) && other.FitsSource(way);
                        if (fits) left &= ~other.KindMask;
                        if (!fits || (rule.KindMask & ~other.KindMask) != 0) alone.Remove(other);
                    }

                    if (left != 0) return false;
                }

        by = alone.FirstOrDefault();
        return true;
    }

    private static Address Stand(string pattern)
    {
        if (pattern.Contains('@')) return RouteTable.ParseUser(pattern);
        if (pattern == "*") return new Address(Fresh, Fresh);
        return new Address(Fresh, pattern.StartsWith("*.", StringComparison.Ordinal) ? Fresh + pattern[1..] : pattern);
    }
}
