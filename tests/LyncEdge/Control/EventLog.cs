using System.Text.Json;
using System.Text.Json.Nodes;

namespace LyncEdge.Control;

/// <summary>One JSON object per line: everything the edge sends, receives, notices and finds wrong (field fact H25).</summary>
public sealed class EventLog(Action<string> write, TimeProvider time)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly long _start = time.GetTimestamp();
    private readonly List<JsonObject> _violations = [];
    private long _count;

    /// <summary>The rules of the wire facts the gateway broke so far, in order.</summary>
    public IReadOnlyList<JsonObject> Violations => _violations;

    public void Emit(string name, params ReadOnlySpan<(string Key, object? Value)> fields)
    {
        var line = new JsonObject { ["event"] = name };
        Fill(line, fields);
        line["seq"] = ++_count;
        line["ms"] = (long)time.GetElapsedTime(_start).TotalMilliseconds;
        write(line.ToJsonString(Plain));
    }

    public void Answer(JsonNode? id, bool ok, params ReadOnlySpan<(string Key, object? Value)> fields)
    {
        var line = new JsonObject { ["id"] = id?.DeepClone(), ["ok"] = ok };
        Fill(line, fields);
        write(line.ToJsonString(Plain));
    }

    /// <summary>The gateway broke a rule. <paramref name="rule"/> is the field fact (H8, B4, C4 …), <paramref name="about"/> one stable word.</summary>
    public void Violation(string rule, string about, string detail, string callId = "")
    {
        _violations.Add(new JsonObject { ["rule"] = rule, ["about"] = about, ["detail"] = detail, ["callId"] = callId });
        Emit("violation", ("rule", rule), ("about", about), ("detail", detail), ("callId", callId));
    }

    public void Forget() => _violations.Clear();

    private static void Fill(JsonObject line, ReadOnlySpan<(string Key, object? Value)> fields)
    {
        foreach (var (key, value) in fields)
            if (value is not null) line[key] = ToNode(value);
    }

    private static JsonNode? ToNode(object value) => value switch
    {
        JsonNode node => node.Parent is null ? node : node.DeepClone(),
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        IEnumerable<string> texts => new JsonArray([.. texts.Select(t => (JsonNode)t)]),
        IEnumerable<JsonObject> objects => new JsonArray([.. objects.Select(o => o.Parent is null ? o : o.DeepClone())]),
        _ => JsonValue.Create(value.ToString()),
    };
}
