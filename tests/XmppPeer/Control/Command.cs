using System.Text.Json;
using System.Text.Json.Nodes;

namespace XmppPeer.Control;

/// <summary>A command that cannot be done as it was written.</summary>
public sealed class CommandFault(string message) : Exception(message);

/// <summary>One line of standard input: <c>{"id":1,"do":"send","from":"a@here.example", …}</c>.</summary>
public sealed class Command(JsonObject fields)
{
    public JsonNode? Id => fields["id"];

    public string Verb => Text("do") ?? "";

    public static Command? Read(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject fields ? new Command(fields) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public bool Has(string name) => fields.ContainsKey(name);

    public string? Text(string name) => fields[name] switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value => value.ToJsonString(),
        _ => null,
    };

    public string Need(string name) => Text(name) ?? throw new CommandFault("needs \"" + name + "\"");

    public double Number(string name, double otherwise) => fields[name] is JsonValue value && value.TryGetValue<double>(out var number) ? number : otherwise;

    public bool Flag(string name, bool otherwise) => fields[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : otherwise;
}
