using System.Text.Json;
using System.Text.Json.Nodes;

namespace LyncEdge.Control;

/// <summary>One line of standard input: <c>{"id":1,"do":"subscribe","from":"bo@contoso.example", …}</c>.</summary>
public sealed class Command(JsonObject fields)
{
    public JsonNode? Id => fields["id"];

    public string Verb => Text("do") ?? "";

    public JsonObject Fields => fields;

    public static Command? Read(string line, out string fault)
    {
        fault = "";
        try
        {
            if (JsonNode.Parse(line) is JsonObject fields) return new Command(fields);
            fault = "a command is one JSON object";
        }
        catch (JsonException e)
        {
            fault = e.Message;
        }

        return null;
    }

    public string? Text(string name) => fields[name] switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value => value.ToJsonString(),
        _ => null,
    };

    /// <summary>A person as user@host in lower case, whatever scheme was typed before it.</summary>
    public string Person(string name)
    {
        var text = Need(name);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return (colon >= 0 && colon < at ? text[(colon + 1)..] : text).ToLowerInvariant();
    }

    public string Need(string name) => Text(name) ?? throw new CommandFault("needs \"" + name + "\"");

    public int? Number(string name) => fields[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    public bool Flag(string name, bool otherwise = false) => fields[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : otherwise;

    public IReadOnlyList<string> Texts(string name) => fields[name] switch
    {
        JsonArray array => [.. array.Select(n => n?.GetValue<string>() ?? "")],
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    public IReadOnlyList<int> Numbers(string name) => fields[name] is JsonArray array ? [.. array.Select(n => n!.GetValue<int>())] : [];

    public Command? Inner(string name) => fields[name] is JsonObject inner ? new Command(inner) : null;
}
