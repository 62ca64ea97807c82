using DataHub.Infrastructure.Persistence;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Persistence;

public sealed class DatabaseOptionsRulesTests
{
    [TestCase("")]
    [TestCase("Host=db")]
    [TestCase("Host=db;Maximum Pool Size=5")]
    [TestCase("Host=db;Maximum Pool Size=1;Pooling=false")]
    public void Validate_GoodConnectionString_FindsNothing(string text) => MistakeOf(text).Should().BeNull();

    [TestCase("Username=me", "ConnectionString: names no Host.")]
    [TestCase("Host=db;Maximum Pool Size=4", "ConnectionString: its Maximum Pool Size must be at least 5; leave it out for Database:MaxPoolSize.")]
    [TestCase("what;is=this=", "ConnectionString: is not an Npgsql connection string (Host=…;Username=…;Password=…;Database=…).")]
    public void Validate_BadConnectionString_SaysWhatToDo(string text, string mistake) => MistakeOf(text).Should().Be(mistake);

    private static string? MistakeOf(string text) => new DatabaseOptionsRules().Validate(null, new DatabaseOptions { ConnectionString = text }).FailureMessage;
}
