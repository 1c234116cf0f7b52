using System.Text.Json;
using Gateway.Host.Configuration;
using Gateway.Host.Configuration.Options;

namespace Host.Tests.Configuration;

/// <summary>The schema says what the binder does: same names, ranges and words.</summary>
public sealed class SchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(ConfigurationSchema.Write()).RootElement;

    [Fact]
    public void Every_setting_of_every_record_stands_in_the_schema_with_a_description() => Check(typeof(ApplianceOptions), Schema);

    [Fact]
    public void Range_required_and_words_are_stated()
    {
        var peer = Schema.GetProperty("properties").GetProperty("peers").GetProperty("items");

        Assert.Contains("fromDomains", peer.GetProperty("required").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(["sip", "xmpp"], peer.GetProperty("properties").GetProperty("protocol").GetProperty("enum").EnumerateArray().Select(e => e.GetString()!));
        Assert.Equal(604_800, Schema.GetProperty("properties").GetProperty("presence").GetProperty("properties").GetProperty("expires").GetProperty("maximum").GetInt32());
        Assert.False(peer.GetProperty("additionalProperties").GetBoolean());
    }

    private static void Check(Type record, JsonElement schema)
    {
        var properties = schema.GetProperty("properties");
        foreach (var shape in SettingShape.Of(record))
        {
            Assert.True(properties.TryGetProperty(shape.Name, out var property), $"{record.Name}.{shape.Name} is not in the schema");
            Assert.NotEmpty(property.GetProperty("description").GetString()!);
            if (SettingShape.IsRecord(shape.Type)) Check(shape.Type, property);
            else if (SettingShape.ElementOf(shape.Type) is { } element && SettingShape.IsRecord(element)) Check(element, property.GetProperty("items"));
        }
    }
}
