using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Rules: patterns well formed, methods, packages and statuses such as a rule may name. Peers are looked up with the tables.</summary>
public sealed class RulesValidator : IValidator
{
    /// <summary>So many are tried for reachability at every start.</summary>
    private const int RulesMax = 500;

    private static readonly string[] Following = ["ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "BENOTIFY"];

    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        if (options.Rules.Count > RulesMax) faults.Add("$.rules", $"has {options.Rules.Count} entries", $"{RulesMax} at most");
        for (var i = 0; i < options.Rules.Count; i++)
        {
            var (rule, path) = (options.Rules[i], $"$.rules[{i}]");
            CheckParties(rule.From, $"{path}.from", faults);
            CheckParties(rule.To, $"{path}.to", faults);
            CheckKinds(rule, path, faults);
            if (rule.Reject != 0 && !RuleBuilder.Statuses.Contains(rule.Reject))
                faults.Add($"{path}.reject", $"{rule.Reject} is no status for a rule", string.Join(", ", RuleBuilder.Statuses));
            if (rule.Text.Length > 0 && rule.Reject == 0) faults.Add($"{path}.text", "is told to nobody without reject", "remove it, or add reject");
            if (rule.Text.Length > 200 || rule.Text.Any(char.IsControl)) faults.Add($"{path}.text", "does not fit a header", "200 characters of one line at most");
        }
    }

    private static void CheckKinds(RuleOptions rule, string path, FaultList faults)
    {
        for (var j = 0; j < rule.Methods.Count; j++)
        {
            var method = rule.Methods[j];
            if (RuleBuilder.Methods.Contains(method, StringComparer.OrdinalIgnoreCase)) continue;
            var isFollowing = Following.Contains(method, StringComparer.OrdinalIgnoreCase);
            faults.Add(
                $"{path}.methods[{j}]", isFollowing ? $"{method} follows what it belongs to and is judged with it" : $"\"{method}\" is no method that crosses",
                string.Join(", ", RuleBuilder.Methods));
        }

        for (var j = 0; j < rule.Events.Count; j++)
            if (!string.Equals(rule.Events[j], "presence", StringComparison.OrdinalIgnoreCase))
                faults.Add($"{path}.events[{j}]", $"\"{rule.Events[j]}\" is refused with 489 before any rule", "presence");
        if (RuleBuilder.KindsOf(rule.Methods, rule.Events) is null) faults.Add($"{path}.events", "none of the methods has an event package", "SUBSCRIBE and NOTIFY have one");
    }

    private static void CheckParties(IReadOnlyList<string> parties, string path, FaultList faults)
    {
        for (var j = 0; j < parties.Count; j++)
            if (!(parties[j].Contains('@', StringComparison.Ordinal) ? DomainText.IsUser(parties[j]) : DomainText.IsPattern(parties[j])))
                faults.Add($"{path}[{j}]", $"\"{parties[j]}\" is not a domain, *.suffix, * or user@domain", "contoso.example");
    }
}
