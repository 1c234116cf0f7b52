using System.Reflection;
using System.Text.Json;

namespace Gateway.Host.Configuration;

/// <summary>The shape of one setting as reflection sees it: the single source of binder, schema and settings reference.</summary>
public sealed record SettingShape(string Name, Type Type, SettingAttribute Setting, PropertyInfo Property)
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, IReadOnlyList<SettingShape>> Known = new();

    /// <summary>The settings of an options record, in the order they are declared.</summary>
    public static IReadOnlyList<SettingShape> Of(Type record) => Known.GetOrAdd(record, Read);

    /// <summary>The element type when <paramref name="type"/> is a list, else null.</summary>
    public static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>The value type when <paramref name="type"/> is a map from names, else null.</summary>
    public static Type? ValueOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? type.GetGenericArguments()[1] : null;

    /// <summary>Whether the type is one of our options records.</summary>
    public static bool IsRecord(Type type) => type.Namespace == typeof(Options.ApplianceOptions).Namespace && !type.IsEnum;

    /// <summary>How the values of an enum are written.</summary>
    public static IReadOnlyList<string> WordsOf(Type enumType) => [.. Enum.GetNames(enumType).Select(JsonNamingPolicy.CamelCase.ConvertName)];

    private static IReadOnlyList<SettingShape> Read(Type record) =>
    [
        .. record.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(p => (Property: p, Setting: p.GetCustomAttribute<SettingAttribute>()))
            .Where(p => p.Setting is not null)
            .Select(p => new SettingShape(JsonNamingPolicy.CamelCase.ConvertName(p.Property.Name), p.Property.PropertyType, p.Setting!, p.Property)),
    ];
}
