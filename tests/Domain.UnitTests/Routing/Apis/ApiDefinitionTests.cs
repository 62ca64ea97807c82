using DataHub.Domain.Routing.Apis;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Routing.Apis;

public class ApiDefinitionTests
{
    [TestCase("shop", null, "/gateway/shop")]
    [TestCase("s-1", "/v1/shop", "/v1/shop")]
    [TestCase("s", "/", "/")]
    public void EffectiveBasePath_OfValid_IsAsSetOrByTheSlug(string slug, string? basePath, string expected)
    {
        var definition = new ApiDefinition("Shop", slug, BasePath: basePath);

        definition.Check().Should().BeEmpty();
        definition.EffectiveBasePath().Should().Be(expected);
    }

    [TestCase("", null, "/slug")]
    [TestCase("Shop", null, "/slug")]
    [TestCase("-shop", null, "/slug")]
    [TestCase("shop-", null, "/slug")]
    [TestCase("a/b", null, "/slug")]
    [TestCase("shop", "shop", "/basePath")]
    [TestCase("shop", "/shop/", "/basePath")]
    [TestCase("shop", "//shop", "/basePath")]
    [TestCase("shop", "/a/../b", "/basePath")]
    [TestCase("shop", "/a/{id}", "/basePath")]
    [TestCase("shop", "/a%2Fb", "/basePath")]
    [TestCase("shop", "", "/basePath")]
    public void Check_Mistake_PointsAtTheField(string slug, string? basePath, string pointer) =>
        new ApiDefinition("Shop", slug, BasePath: basePath).Check().Should().ContainSingle().Which.Pointer.Should().Be(pointer);
}
