using System.Text.Json;

namespace Gateway.Host.Configuration;

/// <summary>What a reload changes: which sections take effect at once, which only after a restart.</summary>
public sealed record ConfigurationDiff(IReadOnlyList<string> Live, IReadOnlyList<string> NeedsRestart)
{
    private static readonly string[] LiveSections = ["certificates", "domains", "peers", "routes", "rules", "policy", "discovery", "log"];

    public bool IsEmpty => Live.Count + NeedsRestart.Count == 0;

    public static bool IsLive(string section) => LiveSections.Contains(section, StringComparer.Ordinal);

    public static ConfigurationDiff Between(JsonElement running, JsonElement wanted)
    {
        var changed = SettingShape.Of(typeof(Options.ApplianceOptions)).Select(s => s.Name).Where(name => !Same(running, wanted, name)).ToList();
        return new ConfigurationDiff(
            [.. changed.Where(name => LiveSections.Contains(name, StringComparer.Ordinal))],
            [.. changed.Where(name => !LiveSections.Contains(name, StringComparer.Ordinal))]);
    }

    private static bool Same(JsonElement one, JsonElement other, string name)
    {
        var (hasOne, hasOther) = (one.TryGetProperty(name, out var a), other.TryGetProperty(name, out var b));
        return hasOne == hasOther && (!hasOne || JsonElement.DeepEquals(a, b));
    }
}
