using System.Reflection;

namespace Gateway.Host.Composition;

/// <summary>The version of this build.</summary>
public static class ApplianceVersion
{
    public static string Text { get; } =
        typeof(ApplianceVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
