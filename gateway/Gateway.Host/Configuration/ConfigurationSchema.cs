using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration;

/// <summary>JSON schema (draft 2020-12) of <c>appliance.json</c>, made from the records the binder binds: editors complete and check what we read.</summary>
public static class ConfigurationSchema
{
    private static readonly JsonSerializerOptions Writing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write()
    {
        var root = OfRecord(typeof(ApplianceOptions), new ApplianceOptions());
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        root["title"] = "appliance.json of the gateway";
        ((JsonObject)root["properties"]!)["$schema"] = new JsonObject { ["type"] = "string" };
        return root.ToJsonString(Writing);
    }

    private static JsonObject OfRecord(Type type, object defaults)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var shape in SettingShape.Of(type))
        {
            var schema = OfType(shape.Type, shape.Setting, shape.Property.GetValue(defaults));
            schema["description"] = shape.Setting.Text;
            properties[shape.Name] = schema;
            if (shape.Setting.IsRequired) required.Add(shape.Name);
        }

        var result = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Count > 0) result["required"] = required;
        return result;
    }

    private static JsonObject OfType(Type type, SettingAttribute? setting, object? defaultValue)
    {
        if (SettingShape.IsRecord(type)) return OfRecord(type, defaultValue ?? Activator.CreateInstance(type)!);
        if (SettingShape.ElementOf(type) is { } element) return new JsonObject { ["type"] = "array", ["items"] = OfType(element, setting, null) };
        if (SettingShape.ValueOf(type) is { } value) return new JsonObject { ["type"] = "object", ["additionalProperties"] = OfType(value, setting, null) };
        if (type == typeof(bool)) return WithDefault(new JsonObject { ["type"] = "boolean" }, defaultValue is bool b ? JsonValue.Create(b) : null);
        if (type == typeof(int)) return OfNumber(setting, defaultValue);
        if (type.IsEnum)
        {
            var words = new JsonArray([.. SettingShape.WordsOf(type).Select(w => (JsonNode)w!)]);
            var isOpen = setting is { IsRequired: false } && defaultValue is not null;
            return WithDefault(new JsonObject { ["enum"] = words }, isOpen ? JsonNamingPolicy.CamelCase.ConvertName(defaultValue!.ToString()!) : null);
        }

        return WithDefault(new JsonObject { ["type"] = "string" }, defaultValue is string { Length: > 0 } text ? JsonValue.Create(text) : null);
    }

    private static JsonObject OfNumber(SettingAttribute? setting, object? defaultValue)
    {
        var schema = new JsonObject { ["type"] = "integer" };
        if (setting is { HasRange: true })
        {
            schema["minimum"] = setting.Min;
            schema["maximum"] = setting.Max;
        }

        return WithDefault(schema, defaultValue is int number ? JsonValue.Create(number) : null);
    }

    private static JsonObject WithDefault(JsonObject schema, JsonNode? value)
    {
        if (value is not null) schema["default"] = value;
        return schema;
    }
}
