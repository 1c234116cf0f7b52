using System.Text.Json;

namespace Appliance.Tests;

/// <summary>What <c>gateway doctor --json</c> printed, step by step.</summary>
internal static class DoctorSteps
{
    public static IReadOnlyList<(string Check, string Verdict, string Text)> Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("checks").EnumerateArray().Select(c => (c.GetProperty("check").GetString()!, c.GetProperty("verdict").GetString()!, c.GetProperty("text").GetString()!))];
    }
}
