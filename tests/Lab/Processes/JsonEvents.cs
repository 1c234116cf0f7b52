using System.Text.Json.Nodes;

namespace Lab.Processes;

/// <summary>Reading of the JSON events of the lab's processes.</summary>
public static class JsonEvents
{
    public static bool Is(this JsonObject item, string name) => item.Has("event", name);

    public static bool Has(this JsonObject item, string path, string value) => item.At(path) == value;

    /// <summary>The value at a path such as <c>error.condition</c> or <c>headers.Expires</c>, as text; null when there is none.</summary>
    public static string? At(this JsonObject item, string path)
    {
        JsonNode? at = item;
        foreach (var step in path.Split('.'))
        {
            at = at is JsonObject inner ? inner.FirstOrDefault(p => string.Equals(p.Key, step, StringComparison.OrdinalIgnoreCase)).Value : null;
            if (at is null) return null;
        }

        return at is JsonValue leaf && leaf.TryGetValue<string>(out var text) ? text : at.ToJsonString();
    }
}
