using System.Text.Json;
using System.Text.Json.Nodes;

namespace XmppPeer.Control;

/// <summary>One JSON object per line: the answers to commands, and everything that happens to the streams.</summary>
public sealed class EventLog(Action<string> write, bool traces)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Emit(string name, params ReadOnlySpan<(string Key, object? Value)> fields) => Write(new JsonObject { ["event"] = name }, fields);

    public void Answer(JsonNode? id, bool ok, params ReadOnlySpan<(string Key, object? Value)> fields) => Write(new JsonObject { ["id"] = id?.DeepClone(), ["ok"] = ok }, fields);

    public void Trace(string name, int stream, string text)
    {
        if (traces) Emit(name, ("stream", stream), ("text", text));
    }

    private void Write(JsonObject line, ReadOnlySpan<(string Key, object? Value)> fields)
    {
        foreach (var (key, value) in fields)
        {
            line[key] = value switch
            {
                null => null,
                JsonNode node => node,
                bool flag => flag,
                int number => number,
                long number => number,
                _ => value.ToString(),
            };
        }

        write(line.ToJsonString(Plain));
    }
}
