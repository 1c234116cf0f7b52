using System.Text.Json;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration;

/// <summary>
/// Turns the text of <c>appliance.json</c> into options records, once. Every unknown key, wrong type and number out of range becomes a fault; none stops the reading.
/// Comments and trailing commas are welcome.
/// </summary>
public static class OptionsBinder
{
    private static readonly JsonDocumentOptions Reading = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32,
    };

    /// <summary>Binds; what is faulty keeps its default, so that later checks can go on.</summary>
    public static BoundOptions Bind(string text, FaultList faults)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Reading);
            var options = (ApplianceOptions)BindRecord(document.RootElement, typeof(ApplianceOptions), "$", faults);
            return new BoundOptions(options, document.RootElement.Clone());
        }
        catch (JsonException fault)
        {
            AddNotJson(text, fault, faults);
            return new BoundOptions(new ApplianceOptions(), default);
        }
    }

    // The reader's words, and the line where it gave up: often the mistake stands at the end of the line before.
    private static void AddNotJson(string text, JsonException fault, FaultList faults)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.Add("$", "the file is empty", "README.md has an example to begin with");
            return;
        }

        var (lines, at) = (text.Split('\n'), (int)(fault.LineNumber ?? 0));
        var line = at < lines.Length ? lines[at].Trim() : "";
        var shown = line.Length == 0 ? "" : $": {(line.Length <= 100 ? line : line[..100] + " …")}";
        var end = fault.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var why = end < 0 ? fault.Message : fault.Message[..end];
        var hint = line.AsSpan().IndexOfAny('\u201c', '\u201d', '\u201e') >= 0
            ? "texts stand in straight quotes (\")"
            : "look at this line and at the end of the one before it for a comma, quote or bracket that is missing or too many";
        faults.Add("$", $"this is not JSON, line {at + 1}, byte {fault.BytePositionInLine + 1}{shown} [{why}]", hint);
    }

    private static object BindRecord(JsonElement json, Type type, string path, FaultList faults)
    {
        var record = Activator.CreateInstance(type)!;
        if (json.ValueKind != JsonValueKind.Object)
        {
            faults.Add(path, $"expected an object, found {Describe(json)}", "{ \"name\": value, … }");
            return record;
        }

        var shapes = SettingShape.Of(type);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            var memberPath = $"{path}.{member.Name}";
            if (!seen.Add(member.Name)) faults.Add(memberPath, "is written twice", "keep one of them");
            if (path == "$" && member.Name == "$schema") continue;
            var shape = shapes.FirstOrDefault(s => s.Name == member.Name);
            if (shape is null)
                faults.Add(memberPath, "is not a setting", Suggest(member.Name, shapes));
            else if (BindValue(member.Value, shape.Type, shape.Setting, memberPath, faults) is { } value)
                shape.Property.SetValue(record, value);
        }

        foreach (var shape in shapes)
            if (shape.Setting.IsRequired && !seen.Contains(shape.Name))
                faults.Add($"{path}.{shape.Name}", "is missing", shape.Setting.Text);
        return record;
    }

    private static object? BindValue(JsonElement json, Type type, SettingAttribute setting, string path, FaultList faults)
    {
        if (SettingShape.IsRecord(type)) return BindRecord(json, type, path, faults);
        if (SettingShape.ElementOf(type) is { } element) return BindList(json, element, setting, path, faults);
        if (SettingShape.ValueOf(type) is { } value) return BindMap(json, value, setting, path, faults);
        if (type.IsEnum) return BindEnum(json, type, path, faults);
        if (type == typeof(int)) return BindNumber(json, setting, path, faults);
        if (type == typeof(bool))
        {
            if (json.ValueKind is JsonValueKind.True or JsonValueKind.False) return json.GetBoolean();
            faults.Add(path, $"expected true or false, found {Describe(json)}", "without quotes: true");
            return null;
        }

        if (json.ValueKind == JsonValueKind.String) return json.GetString();
        faults.Add(path, $"expected text in quotes, found {Describe(json)}", setting.Text);
        return null;
    }

    private static object? BindNumber(JsonElement json, SettingAttribute setting, string path, FaultList faults)
    {
        if (json.ValueKind != JsonValueKind.Number || !json.TryGetInt32(out var number))
        {
            faults.Add(path, $"expected a whole number, found {Describe(json)}", setting.HasRange ? $"without quotes, {setting.Min} to {setting.Max}" : "without quotes");
            return null;
        }

        if (!setting.HasRange || (number >= setting.Min && number <= setting.Max)) return number;
        faults.Add(path, $"{number} is out of range", $"{setting.Min} to {setting.Max}");
        return null;
    }

    private static object? BindEnum(JsonElement json, Type type, string path, FaultList faults)
    {
        var words = SettingShape.WordsOf(type);
        if (json.ValueKind == JsonValueKind.String)
        {
            var at = words.ToList().FindIndex(w => string.Equals(w, json.GetString(), StringComparison.OrdinalIgnoreCase));
            if (at >= 0) return Enum.GetValues(type).GetValue(at);
        }

        faults.Add(path, $"{Describe(json)} is not allowed here", $"one of: {string.Join(", ", words)}");
        return null;
    }

    private static object? BindList(JsonElement json, Type element, SettingAttribute setting, string path, FaultList faults)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            faults.Add(path, $"expected a list in brackets, found {Describe(json)}", $"[ … ]: {setting.Text}");
            return null;
        }

        var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        var index = 0;
        foreach (var item in json.EnumerateArray())
        {
            // A faulty element keeps its place with an empty value: the paths of the others stay right.
            list.Add(BindValue(item, element, setting, $"{path}[{index}]", faults) ?? EmptyOf(element));
            index++;
        }

        return list;
    }

    private static object? BindMap(JsonElement json, Type value, SettingAttribute setting, string path, FaultList faults)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            faults.Add(path, $"expected an object, found {Describe(json)}", "{ \"name\": value, … }");
            return null;
        }

        var map = (System.Collections.IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), value))!;
        foreach (var member in json.EnumerateObject())
            map[member.Name] = BindValue(member.Value, value, setting, $"{path}.{member.Name}", faults) ?? EmptyOf(value);
        return map;
    }

    private static object EmptyOf(Type type)
    {
        if (type == typeof(string)) return "";
        return SettingShape.ElementOf(type) is { } element ? Array.CreateInstance(element, 0) : Activator.CreateInstance(type)!;
    }

    private static string Describe(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => json.GetString() is { Length: <= 60 } text ? $"\"{text}\"" : "a long text",
        JsonValueKind.Number => json.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    private static string Suggest(string name, IReadOnlyList<SettingShape> shapes)
    {
        var nearest = shapes.Select(s => (s.Name, Steps: Distance(name, s.Name))).OrderBy(s => s.Steps).FirstOrDefault();
        return nearest.Name is not null && nearest.Steps <= 1 + name.Length / 4
            ? $"did you mean {nearest.Name}?"
            : "known here: " + string.Join(", ", shapes.Select(s => s.Name));
    }

    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                var isSame = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]);
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (isSame ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}

/// <summary>The operator's text, bound; with the JSON it came from, by which a reload finds what changed.</summary>
public sealed record BoundOptions(ApplianceOptions Options, JsonElement Json);
